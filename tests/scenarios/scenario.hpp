#pragma once

// End to end: a client, a runtime with real threads, and a store. Tests wait for things to happen,
// never for time to pass.

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "gateway/socket_share.hpp"
#include "scenarios/engine_process.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::scenario {

using namespace std::chrono_literals;
using testing::TempDir;

/// Longer than anything here takes; a test that waits so long has failed.
inline constexpr auto ample = 300s;

/// Which store clients are given, and where its runtime is.
enum class Backend {
  memory,
  lmdb,
  remote,         ///< a remote store, of a store on disk that this process has open and runs
  other_process,  ///< a remote store, of a store on disk that another process has open and runs
  postgres,       ///< a schema of a private PostgreSQL server, which this process runs
};

/// Those that this run of the program tries: `memory` and `lmdb`, unless the variable
/// DUROXIDE_SCENARIO_STORE names another one.
[[nodiscard]] std::vector<Backend> backends();

/// A door that a test or an activity opens, and others wait at.
class Gate {
 public:
  void open();
  void wait();

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
};

using Register = std::function<void(Runtime&)>;

/// One store with a client and a runtime. The engine of a remote store can be reached as long as its store
/// is open, as that of a process with several runtimes of which one is stopped.
class Scenario {
 public:
  /// Starts a runtime with what `registrations` registers.
  Scenario(Backend backend, Register registrations, RuntimeOptions options = RuntimeOptions());

  /// Checks that the store is sound, whatever the test did.
  ~Scenario();
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  [[nodiscard]] Client& client() { return *client_; }
  /// What clients use.
  [[nodiscard]] const Store& store() const { return *store_; }
  /// What runtimes run on. Not in another process, and `runtime` neither.
  [[nodiscard]] const Store& engine_store() const;
  [[nodiscard]] Runtime& runtime();

  /// Starts an instance and waits for its end.
  template <class In = std::string>
  OrchestrationStatus run(const std::string& instance, const std::string& orchestration,
                          const In& input = In()) {
    start(instance, orchestration, input);
    return wait(instance);
  }
  template <class In = std::string>
  void start(const std::string& instance, const std::string& orchestration, const In& input = In(),
             const StartOptions& options = StartOptions()) {
    REQUIRE_OK(client_->start_orchestration(instance, orchestration, input, options));
  }
  template <class Data = std::string>
  void raise(const std::string& instance, const std::string& event, const Data& data = Data()) {
    REQUIRE_OK(client_->raise_event(instance, event, data));
  }
  OrchestrationStatus wait(const std::string& instance);
  /// The details of an instance that must have failed.
  ErrorDetails failure_of(const std::string& instance);

  [[nodiscard]] std::vector<Event> history(const std::string& instance,
                                           std::uint64_t execution = 1);
  [[nodiscard]] std::vector<std::string> types(const std::string& instance,
                                               std::uint64_t execution = 1);
  [[nodiscard]] QueueDepths depths();

  /// Checks every record, index and cross-reference; the runtime may be at work.
  void check_sound();

  /// Stops the runtime, closes and reopens the store if that is possible, and starts again, with
  /// other registrations if given. A remote store stays where it is, and finds its engine again.
  void restart(std::optional<Register> registrations = std::nullopt);
  void stop_runtime();
  void start_runtime();

 private:
  template <class R>
  static void REQUIRE_OK(const R& result) {
    if (!result) {
      FAIL(result.error().message);
    }
  }
  void open_engine_store();
  void connect();
  void start_process();

  Backend backend_;
  TempDir directory_;
  Register registrations_;
  RuntimeOptions options_;
  std::unique_ptr<EngineProcess> process_;
  std::optional<Store> engine_store_;
  std::shared_ptr<gateway::SocketUse> socket_;
  std::optional<Store> store_;
  std::optional<Client> client_;
  std::optional<Runtime> runtime_;
};

/// For the first line of a test that holds on every store.
#define EVERY_BACKEND GENERATE(from_range(duroxide::scenario::backends()))

}  // namespace duroxide::scenario
