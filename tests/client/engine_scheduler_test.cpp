// The scheduler of a system of our own: one thread at a time, and another when that one is held.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/detail/caf.hpp>

#include "protocol/engine_scheduler.hpp"
#include "protocol/watched_code.hpp"

namespace duroxide::engine_scheduler_test {

using actors::EngineScheduler;

struct Run {
  std::function<void()> action;
};

}  // namespace duroxide::engine_scheduler_test

DUROXIDE_MESSAGE(duroxide::engine_scheduler_test::Run)

namespace duroxide::engine_scheduler_test {

namespace {

using RunnerActor = actors::Actor<actors::Accepts<Run>>;

/// Does what it is told, on its own turn.
class Runner final : public RunnerActor::base {
 public:
  explicit Runner(caf::actor_config& config) : RunnerActor::base(config) {}
  behavior_type make_behavior() override {
    return {[](const Run& run) { run.action(); }};
  }
};

using SilentActor = caf::typed_actor<caf::replies_to<Run>::with<int>>;

/// Never answers, until it is stopped.
class Silent final : public SilentActor::base {
 public:
  explicit Silent(caf::actor_config& config) : SilentActor::base(config) {}
  behavior_type make_behavior() override {
    return {[this](const Run&) { return promise_ = make_response_promise<int>(); }};
  }
  void on_exit() override { promise_ = {}; }  // which holds this

 private:
  caf::typed_response_promise<int> promise_;
};

class Asker final : public RunnerActor::base {
 public:
  Asker(caf::actor_config& config, SilentActor silent, std::chrono::milliseconds timeout,
        std::function<void(const caf::error&)> on_error)
      : RunnerActor::base(config),
        silent_(std::move(silent)),
        timeout_(timeout),
        on_error_(std::move(on_error)) {}
  behavior_type make_behavior() override {
    return {[this](const Run&) {
      request(silent_, timeout_, Run())
          .then([](int /*never*/) {},
                [this](const caf::error& error) {
                  actors::stop(silent_);
                  on_error_(error);
                });
    }};
  }

 private:
  SilentActor silent_;
  std::chrono::milliseconds timeout_;
  std::function<void(const caf::error&)> on_error_;
};

class System {
 public:
  explicit System(const EngineScheduler::Limits& limits) {
    const actors::SpawnsFromOutside outside;
    actors::configure(config_);
    EngineScheduler::configure(config_, limits);
    system_ = std::make_unique<caf::actor_system>(config_);
  }

  [[nodiscard]] EngineScheduler& scheduler() { return *EngineScheduler::of(*system_); }
  /// An actor of its own for each, so that only threads hold them up.
  void run(std::function<void()> action) {
    actors::send_from_outside(system_->spawn<Runner>(), Run{std::move(action)});
  }
  /// Asks one that never answers, for so long.
  void ask_in_vain(std::chrono::milliseconds timeout,
                   std::function<void(const caf::error&)> on_error) {
    actors::send_from_outside(
        system_->spawn<Asker>(system_->spawn<Silent>(), timeout, std::move(on_error)), Run());
  }

 private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
};

/// How often threads of this name have begun to wait for something, so far.
long waits_of(const std::string& name) {
  long waits = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream comm(thread.path() / "comm");
    std::string thread_name;
    std::getline(comm, thread_name);
    std::ifstream status(thread.path() / "status");
    for (std::string word; thread_name == name && status >> word;) {
      if (word == "voluntary_ctxt_switches:") {
        status >> word;
        waits += std::stol(word);
      }
    }
  }
  return waits;
}

class Listener final : public actors::MayBeOverdue {
 public:
  void is_overdue(std::chrono::milliseconds so_far) const noexcept override {
    told_.set_value(so_far);
  }
  [[nodiscard]] std::chrono::milliseconds wait() { return told_.get_future().get(); }

 private:
  mutable std::promise<std::chrono::milliseconds> told_;
};

/// No thread is held for so long, however busy the machine is.
const EngineScheduler::Limits patient{.longest_message = std::chrono::hours(1),
                                      .longest_wait_for_idle = std::chrono::hours(1)};
const EngineScheduler::Limits quick{.longest_message = std::chrono::milliseconds(2),
                                    .overdue_after = std::chrono::milliseconds(20)};

}  // namespace

TEST_CASE("engine scheduler: actors run one at a time", "[threads]") {
  std::atomic<int> at_once = 0;
  std::atomic<int> most = 0;
  std::atomic<int> left = 1000;
  std::promise<void> done;
  System system(patient);
  for (int i = left; i > 0; --i) {
    system.run([&] {
      most = std::max<int>(most, ++at_once);
      --at_once;
      if (--left == 0) {
        done.set_value();
      }
    });
  }
  done.get_future().wait();
  CHECK(most == 1);
}

TEST_CASE("engine scheduler: an actor that does not end holds up no other, and is told",
          "[threads]") {
  std::promise<void> leave;
  const auto left = leave.get_future().share();
  std::vector<Listener> held(5);
  std::promise<void> ran;
  System system(quick);
  for (Listener& each : held) {
    system.run([&each, left] {
      const actors::WatchedCode watched(each);
      left.wait();
    });
  }
  system.run([&] { ran.set_value(); });
  ran.get_future().wait();
  for (Listener& each : held) {
    CHECK(each.wait() >= quick.overdue_after);
  }
  CHECK(system.scheduler().held_threads() == held.size());
  leave.set_value();
}

TEST_CASE("engine scheduler: threads that were needed while others were held leave again",
          "[threads]") {
  std::promise<void> leave;
  const auto left = leave.get_future().share();
  std::vector<std::promise<void>> held(6);
  System system(quick);
  for (auto& each : held) {
    system.run([&each, left] {
      each.set_value();
      left.wait();
    });
  }
  for (auto& each : held) {
    each.get_future().wait();
  }
  CHECK(system.scheduler().threads() >= held.size());
  leave.set_value();
  // Each that comes back finds others there, until only two are left.
  while (system.scheduler().threads() > 2) {
    std::promise<void> ran;
    system.run([&] { ran.set_value(); });
    ran.get_future().wait();
  }
  CHECK(system.scheduler().threads() == 2);
}

TEST_CASE("engine scheduler: an actor that ends does not wake the clock", "[threads]") {
  System system(patient);
  const auto run_one = [&] {
    std::promise<void> ran;
    system.run([&] { ran.set_value(); });
    ran.get_future().wait();
  };
  run_one();
  const long before = waits_of("duroxide.clock");
  constexpr int many = 1000;
  for (int i = 0; i < many; ++i) {
    run_one();
  }
  CHECK(waits_of("duroxide.clock") - before < many / 100);  // it may have just begun to wait
}

TEST_CASE("engine scheduler: a request that is not answered in time ends", "[threads]") {
  System system(patient);
  for (int i = 0; i < 2; ++i) {
    system.run([] {});  // an actor that ends before there was any timeout, and one after
    std::promise<caf::error> late;
    system.ask_in_vain(std::chrono::milliseconds(1),
                       [&](const caf::error& error) { late.set_value(error); });
    CHECK(late.get_future().get() == caf::sec::request_timeout);
  }
}

TEST_CASE("engine scheduler: others run while one waits for something else", "[threads]") {
  std::promise<void> ran;
  std::promise<void> ended;
  System system(patient);
  system.run([&] {
    system.scheduler().let_others_run([&] {
      system.run([&] { ran.set_value(); });
      ran.get_future().wait();
    });
    ended.set_value();
  });
  ended.get_future().wait();
  CHECK(system.scheduler().held_threads() == 0);
}

TEST_CASE("engine scheduler: what waits for idleness comes behind all that is there", "[threads]") {
  std::vector<std::string> order;
  std::promise<void> done;
  System system(patient);
  system.run([&] {
    system.scheduler().when_idle([&] {
      order.emplace_back("idle");
      done.set_value();
    });
    system.run([&] {
      order.emplace_back("first");
      system.run([&] { order.emplace_back("second"); });
    });
  });
  done.get_future().wait();
  CHECK(order == std::vector<std::string>{"first", "second", "idle"});
}

TEST_CASE("engine scheduler: what waits for idleness comes also when there is none", "[threads]") {
  std::atomic<bool> over = false;
  std::promise<void> done;
  System system({.longest_message = std::chrono::hours(1)});
  std::function<void()> again = [&] {
    if (!over) {
      system.run(again);
    } else {
      done.set_value();
    }
  };
  system.run([&] {
    system.scheduler().when_idle([&] { over = true; });
    again();
  });
  done.get_future().wait();
}

TEST_CASE("engine scheduler: a wait on any other thread is just that", "[threads]") {
  System system(patient);
  bool waited = false;
  system.scheduler().let_others_run([&] { waited = true; });
  CHECK(waited);
}

TEST_CASE("engine scheduler: a wait inside of another leaves the queue to the others",
          "[threads]") {
  std::promise<void> ran;
  std::promise<void> ended;
  System system(patient);
  system.run([&] {
    system.scheduler().let_others_run([&] {
      system.scheduler().let_others_run([] {});
      system.run([&] { ran.set_value(); });
      ran.get_future().wait();
    });
    ended.set_value();
  });
  ended.get_future().wait();
}

TEST_CASE(
    "engine scheduler: with nothing else to do, it runs what blocks, and others go on meanwhile",
    "[threads]") {
  std::promise<void> ran;
  std::promise<void> ended;
  std::atomic<bool> is_same_thread = false;
  System system(patient);
  std::function<void()> block = [&] {
    const auto here = std::this_thread::get_id();
    const bool has_run = system.scheduler().run_if_idle([&] {
      is_same_thread = std::this_thread::get_id() == here;
      system.run([&] { ran.set_value(); });
      ran.get_future().wait();
    });
    if (has_run) {
      ended.set_value();
    } else {
      system.run(block);  // the other thread, which would take over, is not there yet
    }
  };
  system.run(block);
  ended.get_future().wait();
  CHECK(is_same_thread);
  CHECK(system.scheduler().held_threads() == 0);
}

TEST_CASE("engine scheduler: a thread that comes back from what blocks is watched as before",
          "[threads]") {
  std::promise<void> never;
  std::promise<void> ran;
  std::promise<void> ended;
  System system(quick);
  std::function<void()> block = [&] {
    // Long enough for the watch to find that nobody needs it.
    const bool has_run = system.scheduler().run_if_idle(
        [&] { (void)never.get_future().wait_for(20 * quick.longest_message); });
    if (!has_run) {
      system.run(block);
      return;
    }
    system.run([&] { ran.set_value(); });
    ran.get_future().wait();  // which only another thread can run
    ended.set_value();
  };
  system.run(block);
  ended.get_future().wait();
  CHECK(system.scheduler().held_threads() <= 1);
}

TEST_CASE("engine scheduler: with something else to do, it does not run what may block",
          "[threads]") {
  const bool waits_for_idleness = GENERATE(false, true);
  std::promise<bool> has_run;
  System system(patient);
  system.run([&] {
    if (waits_for_idleness) {
      system.scheduler().when_idle([] {});
    } else {
      system.run([] {});
    }
    has_run.set_value(system.scheduler().run_if_idle([] {}));
  });
  CHECK_FALSE(has_run.get_future().get());
}

TEST_CASE("engine scheduler: on no other thread does it run what may block", "[threads]") {
  System system(patient);
  CHECK_FALSE(system.scheduler().run_if_idle([] {}));
}

TEST_CASE("engine scheduler: a system ends although a thread that has spawned in it lives on",
          "[threads]") {
  auto system = std::make_unique<System>(patient);
  std::promise<void> spawned;
  std::promise<void> ended;
  std::thread spawns([&] {
    {
      const actors::SpawnsFromOutside outside;
      system->run([] {});
    }
    spawned.set_value();
    ended.get_future().wait();
  });
  spawned.get_future().wait();
  std::thread([&] { system.reset(); }).join();  // without that it would wait for the other
  ended.set_value();
  spawns.join();
  CHECK(system == nullptr);
}

}  // namespace duroxide::engine_scheduler_test
