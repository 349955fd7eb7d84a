// A server in small: many requests at once, each a coroutine, in a pool and in a loop.

#include <atomic>
#include <coroutine>
#include <deque>
#include <exception>
#include <stop_token>

#include "scenario.hpp"

namespace duroxide::pending_calls_scenario {

using namespace duroxide::scenario;
using Kind = ClientError::Kind;

namespace {

constexpr int requests = 300;

Task<std::string> shout(OrchestrationContext context, std::string text) {
  std::string loud = co_await context.schedule_activity("Raise", text);
  co_return loud;
}

Task<std::string> sleep_long(OrchestrationContext context) {
  const std::string answer = co_await context.wait_for_external_event("Go");
  co_return answer;
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Shout", shout)
      .register_orchestration("Sleep", sleep_long)
      .register_activity("Raise", [](const std::string& text) { return text + "!"; });
}

struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// How many requests have ended, and how many as they should.
struct Tally {
  std::atomic<int> ended{0};
  std::atomic<int> right{0};

  void add(bool is_right) {
    right += is_right ? 1 : 0;
    ++ended;
    ended.notify_all();
  }
  void wait_for_all() {
    for (int now = ended; now != requests; now = ended) {
      ended.wait(now);
    }
  }
};

Detached serve(AsyncClient client, int number, Tally& tally) {
  const std::string id = std::to_string(number);
  const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  const auto started = co_await client.start_orchestration(id, "Shout", id, same);
  const auto again = co_await client.start_orchestration(id, "Shout", id, same);
  const auto output = co_await client.wait_for_output<std::string>(id);
  tally.add(started && again && !again->created() && output && *output == id + "!");
}

/// Makes the second call before the first one is answered.
Detached serve_at_once(AsyncClient client, int number, Tally& tally) {
  const std::string id = std::to_string(number);
  const auto start = client.start_orchestration(id, "Shout", id);
  const auto end = client.wait_for_output<std::string>(id);
  const auto output = co_await end;
  const auto started = co_await start;
  tally.add(started && output && *output == id + "!");
}

class Loop {
 public:
  [[nodiscard]] Executor executor() {
    return Executor::posting([this](Executor::Task task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      came_.notify_one();
    });
  }
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return !tasks_.empty(); });
      const Executor::Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Executor::Task> tasks_;
};

}  // namespace

TEST_CASE("requests of a server are coroutines, in a pool or in a loop", "[client][threads]") {
  Scenario s(EVERY_BACKEND, register_all);
  Tally tally;
  SECTION("in place") {
    for (int i = 0; i < requests; ++i) {
      serve(s.client().async(), i, tally);
    }
    tally.wait_for_all();
  }
  SECTION("in a pool") {
    const auto in_pool = CallOptions().on(Executor::pool(3)).timeout(ample);
    for (int i = 0; i < requests; ++i) {
      serve(s.client().async(in_pool), i, tally);
    }
    tally.wait_for_all();
  }
  SECTION("in a loop") {
    Loop loop;
    const auto in_loop = CallOptions().on(loop.executor());
    for (int i = 0; i < requests; ++i) {
      serve(s.client().async(in_loop), i, tally);
    }
    loop.run_until([&] { return tally.ended == requests; });
  }
  CHECK(tally.right == requests);
}

TEST_CASE("a wait that is made right behind its start finds it, however many are under way",
          "[client][waits][starts]") {
  Scenario s(EVERY_BACKEND, register_all);
  Tally tally;
  const AsyncClient client = s.client().async(CallOptions().on(Executor::pool(2)));
  for (int i = 0; i < requests; ++i) {
    serve_at_once(client, i, tally);
  }
  tally.wait_for_all();
  CHECK(tally.right == requests);
}

TEST_CASE("waits that are cancelled leave nothing behind in the store", "[client][cancellation]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "Sleep");
  std::stop_source source;
  const auto options = CallOptions().stop(source.get_token()).on(Executor::pool(2));
  Tally tally;
  for (int i = 0; i < requests; ++i) {
    s.client().async(options).wait_for_completion("i").then([&](const Client::Status& status) {
      tally.add(!status && status.error().kind == Kind::cancelled);
    });
  }
  source.request_stop();
  tally.wait_for_all();
  CHECK(tally.right == requests);
  auto timed = s.client().async(CallOptions().timeout(1ms)).wait_for_completion("i");
  CHECK(timed.wait().error().kind == Kind::timeout);
  s.raise("i", "Go", std::string("at last"));
  CHECK(s.wait("i").output() == "at last");
}

TEST_CASE("a client that goes while much is pending answers all of it", "[client][stop]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "Sleep");
  Tally tally;
  {
    const Client client(s.store());
    const auto in_pool = CallOptions().on(Executor::pool(2));
    for (int i = 0; i < requests; ++i) {
      client.async(in_pool).wait_for_completion("i").then([&](const Client::Status& status) {
        tally.add(!status && status.error().kind == Kind::cancelled);
      });
    }
  }
  CHECK(tally.ended == requests);
  CHECK(tally.right == requests);
}

}  // namespace duroxide::pending_calls_scenario
