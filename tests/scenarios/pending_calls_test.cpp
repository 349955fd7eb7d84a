// A server in small: many requests at once, each a coroutine, in a pool and in a loop.

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

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

/// How many requests have ended, and how many as they should. Once all have, nobody touches it any more.
class Tally {
 public:
  void add(bool is_right) {
    const std::lock_guard lock(mutex_);
    right_ += is_right ? 1 : 0;
    ++ended_;
    changed_.notify_all();
  }
  void wait_for_all() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ == requests; });
  }
  [[nodiscard]] int ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  [[nodiscard]] int right() const {
    const std::lock_guard lock(mutex_);
    return right_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int ended_ = 0;
  int right_ = 0;
};

/// A client for one request, which is counted when that has let go of it: then nothing of the request is
/// left on any thread.
class Counted {
 public:
  Counted(AsyncClient client, Tally& tally) : client_(std::move(client)), tally_(&tally) {}
  Counted(Counted&& other) noexcept
      : client_(std::exchange(other.client_, std::nullopt)), tally_(other.tally_) {}
  Counted& operator=(Counted&&) = delete;
  ~Counted() {
    if (client_) {
      client_.reset();
      tally_->add(is_right_);
    }
  }

  [[nodiscard]] const AsyncClient& client() const { return *client_; }
  void ends(bool is_right) { is_right_ = is_right; }

 private:
  std::optional<AsyncClient> client_;
  Tally* tally_;
  bool is_right_ = false;
};

Detached serve(Counted request, int number) {
  const std::string id = std::to_string(number);
  const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  const auto started = co_await request.client().start_orchestration(id, "Shout", id, same);
  const auto again = co_await request.client().start_orchestration(id, "Shout", id, same);
  const auto output = co_await request.client().wait_for_output<std::string>(id);
  request.ends(started && again && !again->created() && output && *output == id + "!");
}

/// Makes the second call before the first one is answered.
Detached serve_at_once(Counted request, int number) {
  const std::string id = std::to_string(number);
  const auto start = request.client().start_orchestration(id, "Shout", id);
  const auto end = request.client().wait_for_output<std::string>(id);
  const auto output = co_await end;
  const auto started = co_await start;
  request.ends(started && output && *output == id + "!");
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
      serve({s.client().async(), tally}, i);
    }
    tally.wait_for_all();
  }
  SECTION("in a pool") {
    const auto in_pool = CallOptions().on(Executor::pool(3)).timeout(ample);
    for (int i = 0; i < requests; ++i) {
      serve({s.client().async(in_pool), tally}, i);
    }
    tally.wait_for_all();
  }
  SECTION("in a loop") {
    Loop loop;
    const auto in_loop = CallOptions().on(loop.executor());
    for (int i = 0; i < requests; ++i) {
      serve({s.client().async(in_loop), tally}, i);
    }
    loop.run_until([&] { return tally.ended() == requests; });
  }
  CHECK(tally.right() == requests);
}

TEST_CASE("a wait that is made right behind its start finds it, however many are under way",
          "[client][waits][starts]") {
  Scenario s(EVERY_BACKEND, register_all);
  Tally tally;
  const AsyncClient client = s.client().async(CallOptions().on(Executor::pool(2)));
  for (int i = 0; i < requests; ++i) {
    serve_at_once({client, tally}, i);
  }
  tally.wait_for_all();
  CHECK(tally.right() == requests);
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
  CHECK(tally.right() == requests);
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
  CHECK(tally.ended() == requests);
  CHECK(tally.right() == requests);
}

}  // namespace duroxide::pending_calls_scenario
