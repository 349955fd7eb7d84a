#pragma once

// The engine of a scenario in a process of its own: it owns the store and runs it, and the process of the
// test has a remote store of it and nothing else.

#include <filesystem>
#include <functional>

#include <duroxide/duroxide.hpp>

#include "faults/child.hpp"

namespace duroxide::scenario {

/// How scenarios open a store on disk.
[[nodiscard]] Store open_on_disk(const std::filesystem::path& directory);

/// What it registers lives in both processes, and what that changes is seen in the engine's alone.
class EngineProcess {
 public:
  /// Returns when it runs. Make it while this process has no threads: other threads may hold locks, which
  /// nobody would let go of over there.
  EngineProcess(const std::filesystem::path& directory,
                const std::function<void(Runtime&)>& registrations, const RuntimeOptions& options);
  /// Ends it in an orderly way. A failure of it is one of the test.
  ~EngineProcess();
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  /// Each returns when it is done. Without a runtime the store stays open, and can be reached.
  void stop_runtime();
  void start_runtime();
  /// Stops the runtime, closes the store, opens it and starts again.
  void restart();

 private:
  /// Has it do something, and waits until that is done.
  void order(char word);
  void wait_until_done();

  faults::Child child_;
};

}  // namespace duroxide::scenario
