// Activities that run on executors of the user's, with real threads.

#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <utility>

#include "scenario.hpp"

namespace duroxide::activity_executors_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> calls_two(OrchestrationContext context) {
  auto first = context.schedule_activity("Meet", std::string("a"));
  auto second = context.schedule_activity("Meet", std::string("b"));
  std::string both = co_await std::move(first);
  both += co_await std::move(second);
  co_return both;
}

/// Keeps the first task that it is given, and hands all others to a pool.
class Keeping {
 public:
  void post(Executor::Task task) {
    {
      const std::lock_guard lock(mutex_);
      if (!kept_) {
        kept_ = std::move(task);
        has_kept_.open();
        return;
      }
    }
    pool_.post(std::move(task));
  }
  void wait_until_kept() { has_kept_.wait(); }
  void run_kept() { kept_(); }

 private:
  Executor pool_ = Executor::pool(1);
  std::mutex mutex_;
  Executor::Task kept_;
  Gate has_kept_;
};

Task<std::string> calls_one(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Say", std::string("done"));
}

}  // namespace

TEST_CASE("a pool runs as many activities as it has threads, whatever the workers do",
          "[activities][workers][same-process]") {
  std::latch met(2);
  const Executor pool = Executor::pool(2);
  Scenario s(
      EVERY_BACKEND,
      [&](Runtime& runtime) {
        const auto meet = [&met](std::string name) {
          met.arrive_and_wait();  // which one thread alone would wait at for ever
          return name;
        };
        runtime.register_orchestration("CallsTwo", calls_two).register_activity("Meet", meet, pool);
      },
      RuntimeOptions().worker_concurrency(1));
  CHECK(s.run("i", "CallsTwo").output() == "ab");
}

TEST_CASE("a runtime stops although an executor keeps an activity, and the next one runs it",
          "[activities][workers][stop][same-process]") {
  const auto place = std::make_shared<Keeping>();
  const auto calls = std::make_shared<std::atomic<int>>(0);
  Scenario s(
      EVERY_BACKEND,
      [&](Runtime& runtime) {
        const auto say = [calls](std::string text) {
          ++*calls;
          return text;
        };
        const auto post = [place](Executor::Task task) { place->post(std::move(task)); };
        runtime.register_orchestration("CallsOne", calls_one)
            .register_activity("Say", say, Executor::posting(post));
      },
      RuntimeOptions().stop_timeout(1ms));
  s.start("i", "CallsOne");
  place->wait_until_kept();
  s.stop_runtime();
  s.start_runtime();
  CHECK(s.wait("i").output() == "done");
  place->run_kept();  // for a runtime that is no more, nor maybe what it refers to
  CHECK(*calls == 1);
  CHECK(s.client().get_status("i").value().output() == "done");
}

}  // namespace duroxide::activity_executors_test
