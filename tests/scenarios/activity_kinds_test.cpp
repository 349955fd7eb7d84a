// Activities that promise to be short, or to do nothing but compute.

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "scenario.hpp"

namespace duroxide::activity_kinds_test {

using namespace duroxide::scenario;

namespace {

/// The threads that activities ran on.
class Threads {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ids_.insert(std::this_thread::get_id());
  }
  [[nodiscard]] bool share_with(const Threads& other) const {
    const std::scoped_lock lock(mutex_, other.mutex_);
    for (const auto& id : ids_) {
      if (other.ids_.contains(id)) {
        return true;
      }
    }
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::thread::id> ids_;
};

Task<int> count_up(OrchestrationContext context, int steps) {
  int value = 0;
  for (int i = 0; i < steps; ++i) {
    value = co_await context.schedule_activity<int>("Add", value);
  }
  co_return value;
}

}  // namespace

TEST_CASE("activity kinds: each kind comes to the same, also after a restart",
          "[activities][restart]") {
  const auto kind =
      GENERATE(ActivityKind::ordinary, ActivityKind::short_running, ActivityKind::pure);
  Scenario s(EVERY_BACKEND, [kind](Runtime& runtime) {
    runtime
        .register_orchestration("Counts",
                                [](OrchestrationContext context, int steps) -> Task<int> {
                                  const int before = co_await count_up(context, steps);
                                  const std::string go =
                                      co_await context.wait_for_external_event("Go");
                                  co_return before + co_await count_up(context, steps);
                                })
        .register_activity(
            "Add", [](int value) { return value + 1; }, kind);
  });
  s.start("i", "Counts", 30);
  s.restart();
  s.raise("i", "Go");
  CHECK(s.wait("i").output() == "60");
  CHECK(s.history("i").size() == 1 + 4 * 30 + 2 + 1);
}

TEST_CASE("activity kinds: a short one runs on no thread of the workers",
          "[activities][threads][same-process]") {
  const auto ordinary = std::make_shared<Threads>();
  const auto brief = std::make_shared<Threads>();
  Scenario s(
      EVERY_BACKEND,
      [=](Runtime& runtime) {
        runtime
            .register_orchestration(
                "Both",
                [](OrchestrationContext context, std::string) -> Task<std::string> {
                  const std::string first = co_await context.schedule_activity("Ordinary");
                  co_return co_await context.schedule_activity("Short");
                })
            .register_activity("Ordinary",
                               [=] {
                                 ordinary->add();
                                 return "o";
                               })
            .register_activity(
                "Short",
                [=] {
                  brief->add();
                  return "s";
                },
                ActivityKind::short_running);
      },
      RuntimeOptions().worker_concurrency(1));
  CHECK(s.run("i", "Both").output() == "s");
  CHECK_FALSE(ordinary->share_with(*brief));
}

TEST_CASE("activity kinds: a blocking call in a short or a pure one is refused",
          "[activities][threads][client]") {
  const auto kind = GENERATE(ActivityKind::short_running, ActivityKind::pure);
  Scenario s(EVERY_BACKEND, [kind](Runtime& runtime) {
    runtime
        .register_orchestration("Calls",
                                [](OrchestrationContext context, std::string) -> Task<std::string> {
                                  co_return co_await context.schedule_activity("Blocks");
                                })
        .register_activity(
            "Blocks",
            [](ActivityContext& context) {
              const auto status = context.client().get_status("i");
              return status ? std::string("worked") : std::string(to_string(status.error().kind));
            },
            kind);
  });
  CHECK(s.run("i", "Calls").output() == "would deadlock");
}

TEST_CASE("activity kinds: more pure ones than a turn may run go on in others",
          "[activities][limits]") {
  Scenario s(EVERY_BACKEND, [](Runtime& runtime) {
    runtime.register_orchestration("Counts", count_up)
        .register_activity(
            "Add", [](int value) { return value + 1; }, ActivityKind::pure);
  });
  CHECK(s.run("i", "Counts", 1000).output() == "1000");
  CHECK(s.history("i").size() == 2 + 2 * 1000);
}

TEST_CASE("activity kinds: a pure one that fails or throws fails its call",
          "[activities][errors]") {
  Scenario s(EVERY_BACKEND, [](Runtime& runtime) {
    runtime
        .register_orchestration("Fails",
                                [](OrchestrationContext context, std::string) -> Task<std::string> {
                                  co_return co_await context.schedule_activity("Throws");
                                })
        .register_activity(
            "Throws", []() -> std::string { throw std::runtime_error("computed nonsense"); },
            ActivityKind::pure);
  });
  s.start("i", "Fails");
  CHECK(s.failure_of("i").message == "computed nonsense");
}

TEST_CASE("activity kinds: a pure one that leaves its call open is completed from outside",
          "[activities][tokens][same-process]") {
  const auto token = std::make_shared<std::promise<ActivityToken>>();
  Scenario s(EVERY_BACKEND, [=](Runtime& runtime) {
    runtime
        .register_orchestration("Waits",
                                [](OrchestrationContext context, std::string) -> Task<std::string> {
                                  co_return co_await context.schedule_activity("Open");
                                })
        .register_activity(
            "Open",
            [=, calls = std::make_shared<std::atomic<int>>(0)](ActivityContext& context) {
              const ActivityToken mine = context.complete_later();
              if (++*calls == 2) {  // the first is the attempt within the turn
                token->set_value(mine);
              }
              return std::string();
            },
            ActivityKind::pure);
  });
  s.start("i", "Waits");
  REQUIRE(s.client().complete_activity(token->get_future().get(), std::string("from outside")));
  CHECK(s.wait("i").output() == "from outside");
}

}  // namespace duroxide::activity_kinds_test
