// Activities that are coroutines, which wait without holding a thread.

#include <atomic>
#include <coroutine>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "scenario.hpp"

namespace duroxide::waiting_activities_test {

using namespace duroxide::scenario;

namespace {

/// Those that await it wait until all are there; the last lets them go on, on a thread of its own.
class Crowd {
 public:
  explicit Crowd(std::size_t size) : size_(size) {}
  ~Crowd() {
    if (opener_.joinable()) {
      opener_.join();
    }
  }

  class Wait {
   public:
    explicit Wait(Crowd& crowd) : crowd_(crowd) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) { crowd_.join(waiting); }
    void await_resume() const noexcept {}

   private:
    Crowd& crowd_;
  };

  [[nodiscard]] Wait all_there() { return Wait(*this); }
  [[nodiscard]] std::size_t threads() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
  }

 private:
  void join(std::coroutine_handle<> waiting) {
    const std::lock_guard lock(mutex_);
    threads_.insert(std::this_thread::get_id());
    waiting_.push_back(waiting);
    if (waiting_.size() == size_) {
      opener_ = std::thread([all = std::exchange(waiting_, {})] {
        for (const auto each : all) {
          each.resume();
        }
      });
    }
  }

  const std::size_t size_;
  mutable std::mutex mutex_;
  std::vector<std::coroutine_handle<>> waiting_;
  std::set<std::thread::id> threads_;
  std::thread opener_;
};

Task<int> call_many(OrchestrationContext context, int calls) {
  std::vector<DurableFuture<int>> all;
  for (int i = 0; i < calls; ++i) {
    all.push_back(context.schedule_activity<int>("Wait", i));
  }
  int sum = 0;
  for (auto& each : all) {
    sum += co_await each;
  }
  co_return sum;
}

}  // namespace

TEST_CASE("waiting activities: two thousand wait at once, on four threads",
          "[activities][threads][same-process]") {
  constexpr int many = 2'000;
  const auto crowd = std::make_shared<Crowd>(many);
  Scenario s(
      EVERY_BACKEND,
      [crowd](Runtime& runtime) {
        runtime.register_orchestration("Calls", call_many)
            .register_activity("Wait", [crowd](int number) -> ActivityTask<int> {
              const int result = number % 2;
              co_await crowd->all_there();
              co_return result;
            });
      },
      RuntimeOptions().worker_concurrency(1));
  CHECK(s.run("i", "Calls", many).output() == std::to_string(many / 2));
  CHECK(crowd->threads() == 4);
}

TEST_CASE("waiting activities: one that waits when its runtime ends begins anew with the next",
          "[activities][restart][stop][same-process]") {
  const auto begun = std::make_shared<Gate>();
  const auto begins = std::make_shared<std::atomic<int>>(0);
  Scenario s(
      EVERY_BACKEND,
      [=](Runtime& runtime) {
        runtime.register_orchestration("Calls", call_many)
            .register_activity("Wait", [=](ActivityContext& context, int) -> ActivityTask<int> {
              const bool is_first = ++*begins == 1;
              begun->open();
              if (is_first) {
                co_await context.sleep(24h);
              }
              co_return 7;
            });
      },
      RuntimeOptions().stop_timeout(50ms));
  s.start("i", "Calls", 1);
  begun->wait();
  s.restart();
  CHECK(s.wait("i").output() == "7");
  CHECK(*begins == 2);
}

TEST_CASE("waiting activities: one that nobody waits for any more is woken",
          "[activities][cancellation][same-process]") {
  const auto begun = std::make_shared<Gate>();
  const auto woken = std::make_shared<Gate>();
  Scenario s(EVERY_BACKEND, [=](Runtime& runtime) {
    runtime.register_orchestration("Calls", call_many)
        .register_activity("Wait", [=](ActivityContext& context, int) -> ActivityTask<int> {
          const int result = 1;
          begun->open();
          try {
            co_await context.sleep(24h);
          } catch (const ActivityCancelled&) {
            woken->open();
          }
          co_return result;
        });
  });
  s.start("i", "Calls", 1);
  begun->wait();
  REQUIRE(s.client().cancel_orchestration("i", "enough"));
  CHECK(s.wait("i").is_cancelled());
  woken->wait();
}

/// Awaits the status of an instance through the form of the call that takes a callback.
class StatusOf {
 public:
  StatusOf(Client client, std::string instance)
      : client_(std::move(client)), instance_(std::move(instance)) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    client_.wait_for_completion(instance_, [this, waiting](const Client::Status& status) {
      status_ = status ? status->to_string() : status.error().message;
      waiting.resume();
    });
  }
  std::string await_resume() { return std::move(status_); }

 private:
  Client client_;
  std::string instance_;
  std::string status_;
};

TEST_CASE("waiting activities: they wait for other instances without holding a thread",
          "[activities][client]") {
  constexpr int many = 100;
  Scenario s(
      EVERY_BACKEND,
      [](Runtime& runtime) {
        runtime.register_orchestration("Calls", call_many)
            .register_orchestration(
                "Other",
                [](OrchestrationContext context, std::string) -> Task<std::string> {
                  co_return co_await context.wait_for_external_event("Go");
                })
            .register_activity("Wait", [](ActivityContext& context, int) -> ActivityTask<int> {
              StatusOf other(context.client(), "other");
              const std::string status = co_await other;
              co_return status == "Completed: went" ? 1 : 0;
            });
      },
      RuntimeOptions().worker_concurrency(1));
  s.start("other", "Other");
  s.start("i", "Calls", many);
  s.raise("other", "Go", "went");
  CHECK(s.wait("i").output() == std::to_string(many));
}

TEST_CASE("waiting activities: a runtime that stops does not wait until they have slept",
          "[activities][stop][same-process]") {
  const auto begun = std::make_shared<Gate>();
  Scenario s(
      EVERY_BACKEND,
      [=](Runtime& runtime) {
        runtime.register_orchestration("Calls", call_many)
            .register_activity("Wait", [=](ActivityContext& context, int) -> ActivityTask<int> {
              begun->open();
              co_await context.sleep(24h);
              co_return 1;
            });
      },
      RuntimeOptions().stop_timeout(24h));
  s.start("i", "Calls", 1);
  begun->wait();
  s.stop_runtime();
  CHECK(s.depths().worker_queue == 1);
}

TEST_CASE("waiting activities: a kind that the code does not have is a mistake that is told",
          "[activities][registration][own-store]") {
  const Store store = MemoryProvider::open().value();
  Runtime runtime(store);
  runtime
      .register_activity(
          "Waits", []() -> ActivityTask<int> { co_return 1; }, ActivityKind::short_running)
      .register_activity(
          "Blocks", [] { return 1; }, ActivityKind::coroutine);
  const auto started = runtime.start();
  REQUIRE_FALSE(started);
  CHECK(
      started.error().message ==
      "mistakes in the registrations:\n"
      "activity Waits is a coroutine (it returns an ActivityTask), so it can only be registered as "
      "ActivityKind::coroutine, which it is if no kind is named\n"
      "activity Blocks is registered as ActivityKind::coroutine and is none: it would hold up "
      "others. "
      "Let it return an ActivityTask, or name another kind");
}

}  // namespace duroxide::waiting_activities_test
