#pragma once

// A store whose instances have a story that the test knows: in memory, on the disk, or over the socket of an
// engine. Time is what the test says, and but for a remote store there is no thread.

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/provider.hpp>

#include "gateway/socket_share.hpp"
#include "support/deterministic_system.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::seeds_test {

using namespace std::chrono_literals;

inline const Timestamp beginning = from_milliseconds(1'700'000'000'000);

inline Task<std::string> parent(OrchestrationContext context) {
  std::string child = co_await context.schedule_sub_orchestration("Child", std::string("x"));
  co_return child;
}

inline Task<std::string> child(OrchestrationContext context) {
  std::string event = co_await context.wait_for_external_event("Go");
  co_return event;
}

inline Task<std::string> two_executions(OrchestrationContext context, int round) {
  std::string echoed = co_await context.schedule_activity("Echo", std::to_string(round));
  if (round < 2) {
    co_await context.continue_as_new(round + 1);
  }
  co_return echoed;
}

inline Task<std::string> fails(OrchestrationContext) {
  throw std::runtime_error("broken");
}

/// Waits for an activity that nobody takes, a timer, an event and a message.
inline Task<std::string> waits(OrchestrationContext context) {
  auto activity = context.schedule_activity("Slow", std::string("input of Slow"),
                                            ActivityOptions().tag("nobody"));
  auto timer = context.schedule_timer(90s);
  auto event = context.wait_for_external_event("Never");
  auto message = context.dequeue_event("Letters");
  co_await std::move(activity);
  co_await std::move(timer);
  co_await std::move(event);
  co_return co_await std::move(message);
}

enum class Backend {
  memory,
  lmdb,
  remote,  ///< of a store on disk, whose engine has threads
};

/// One second apart: `pair` with its child `pair::…`, `twice` (two executions), `bad` (fails) and
/// `waits`. All have gone as far as they can.
struct World {
  explicit World(Backend backend)
      : is_remote(backend == Backend::remote),
        engine_store(open(backend)),
        socket(is_remote ? gateway::SocketUse::begin(engine_store, ControlSocket::full, no_log)
                         : nullptr),
        store(is_remote
                  ? RemoteStore::connect(directory.path(), RemoteStoreOptions().log_sink(no_log))
                        .value()
                  : engine_store),
        runtime(engine_store, RuntimeOptions().log_sink(no_log)),
        client(store),
        management(store) {
    runtime.register_orchestration("Parent", parent)
        .register_orchestration("Child", child)
        .register_orchestration("Twice", two_executions)
        .register_orchestration("Fails", fails)
        .register_versioned("Waits", "2.1.0", waits)
        .register_activity("Echo", [](std::string text) { return text; });
    REQUIRE(runtime.start());
    REQUIRE(client.start_orchestration("pair", "Parent", std::string(),
                                       StartOptions().tag("red").tag("blue")));
    step();
    REQUIRE(client.start_orchestration("twice", "Twice", 1));
    step();
    REQUIRE(client.start_orchestration("bad", "Fails"));
    step();
    REQUIRE(client.start_orchestration("waits", "Waits"));
    left_open = 1;
    step();
    child_id = management.get_instance_tree("pair").value().all_ids().at(1);
  }

  /// Everything goes as far as it can. Over a remote store that is until nothing is in a queue but what
  /// stays there: a turn, an activity and a timer that is due are in theirs until they are done.
  void run() {
    system.run();
    const auto too_late = std::chrono::steady_clock::now() + 300s;
    while (is_remote && !is_idle()) {
      REQUIRE(std::chrono::steady_clock::now() < too_late);
      std::this_thread::yield();
    }
  }
  void step() {
    run();
    clock->advance(1s);
    run();
  }

  [[nodiscard]] std::vector<std::string> ids(const InstanceFilter& filter) const {
    std::vector<std::string> found;
    const auto rows = management.list_instances(filter).value();
    for (const InstanceSummary& row : rows) {
      found.push_back(row.instance_id);
    }
    return found;
  }

  [[nodiscard]] bool is_idle() const {
    const QueueDepths depths = management.get_queue_depths().value();
    return depths.orchestrator_queue == 0 && depths.worker_queue == left_open &&
           depths.timer_queue == (clock->now() < timer_is_due ? left_open : 0);
  }

  bool is_remote = false;
  test::DeterministicSystem system;
  testing::TempDir directory;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(beginning);
  Store engine_store;
  std::shared_ptr<gateway::SocketUse> socket;
  Store store;  ///< of the clients
  Runtime runtime;
  Client client;
  ManagementClient management;
  std::size_t left_open = 0;  ///< activities that nobody takes; each has a timer beside it
  Timestamp timer_is_due = beginning + 3s + 90s;  ///< that of `waits`
  std::string child_id;

 private:
  static void no_log(const LogRecord& /*record*/) {}

  Store open(Backend backend) {
    if (backend == Backend::memory) {
      return MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system.handle()));
    }
    auto options = LmdbOptions().durability(Durability::none).clock(clock).log_sink(no_log);
    if (!is_remote) {
      options.actor_system(system.handle());
    }
    return LmdbProvider::open(directory.path(), options).value();
  }
};

}  // namespace duroxide::seeds_test
