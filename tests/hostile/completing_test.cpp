// Activities that are finished more than once, by several threads, or too late.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "neighbours.hpp"

namespace duroxide::completing_test {

using namespace duroxide::hostile;

namespace {

Task<std::string> calls(OrchestrationContext context) {
  const std::string result = co_await context.schedule_activity("Later");
  co_await context.wait_for_external_event("End");
  co_return result;
}

Task<std::string> calls_both(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Both");
}

/// Tokens that activities have handed out.
struct Tokens {
  std::mutex mutex;
  std::condition_variable added;
  std::vector<ActivityToken> all;

  void add(ActivityToken token) {
    const std::lock_guard lock(mutex);
    all.push_back(std::move(token));
    added.notify_all();
  }
  [[nodiscard]] ActivityToken wait_for_one() {
    std::unique_lock lock(mutex);
    added.wait(lock, [&] { return !all.empty(); });
    return all.front();
  }
};

}  // namespace

TEST_CASE("of many who complete one activity at once, one does", "[hostile][activities][tokens]") {
  const auto tokens = std::make_shared<Tokens>();
  Scenario s(EVERY_BACKEND, beside_good([=](Runtime& runtime) {
               runtime.register_orchestration("Calls", calls)
                   .register_activity("Later", [=](ActivityContext& context) {
                     tokens->add(context.complete_later());
                   });
             }),
             quiet());
  Neighbours neighbours(s);
  s.start("i", "Calls");
  const ActivityToken token = tokens->wait_for_one();
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto done = i % 2 == 0 ? s.client().complete_activity(token, std::to_string(i))
                                   : s.client().fail_activity(token, std::to_string(i));
      if (done) {
        ++accepted;
      } else if (done.error().kind == ClientError::Kind::activity_not_found) {
        ++refused;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(accepted == 1);
  CHECK(refused == 7);
  CHECK(s.client().complete_activity(token, std::string("late")).error().kind ==
        ClientError::Kind::activity_not_found);
  // It may have been failed.
  if (s.client().get_status("i").value().is_running()) {
    (void)s.client().raise_event("i", "End");
  }
  CHECK(s.wait("i").is_terminal());
  CHECK_FALSE(s.client().complete_activity(token, std::string("too late")));
  CHECK_FALSE(s.client().heartbeat_activity(token, 1));
  neighbours.end_well();
}

TEST_CASE("an activity that completes itself by its token and returns as well is completed once",
          "[hostile][activities][tokens]") {
  const bool later = GENERATE(false, true);
  const auto accepted = std::make_shared<std::atomic<int>>(0);
  Scenario s(EVERY_BACKEND, beside_good([=](Runtime& runtime) {
               runtime.register_orchestration("CallsBoth", calls_both)
                   .register_activity("Both", [=](ActivityContext& context) {
                     const ActivityToken token = later ? context.complete_later() : context.token();
                     for (const char* result : {"first", "second"}) {
                       if (context.client().complete_activity(token, std::string(result))) {
                         ++*accepted;
                       }
                     }
                     return std::string("returned");
                   });
             }),
             quiet());
  Neighbours neighbours(s);
  CHECK(s.run("i", "CallsBoth").output() == "first");
  const auto types = s.types("i");
  CHECK(std::count(types.begin(), types.end(), "ActivityCompleted") == 1);
  neighbours.end_well();
  s.stop_runtime();  // which waits for the activity to return
  CHECK(*accepted == 1);
}

}  // namespace duroxide::completing_test
