// Blocking calls where the engine lends its thread to a user's code: each is refused at once and
// logged, instead of waiting for the very thread it holds.

#include <algorithm>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

namespace duroxide::blocking_test {

using namespace std::chrono_literals;
using Kind = ClientError::Kind;

namespace {

/// What was logged. Its sinks may outlive it, on the thread that ends what was stopped aside.
class Lines {
 public:
  [[nodiscard]] LogSink sink() const {
    return [heard = heard_](const LogRecord& line) {
      const std::lock_guard lock(heard->mutex);
      heard->lines.push_back(line.message);
      heard->changed.notify_all();
    };
  }
  [[nodiscard]] std::size_t count(const std::string& part) const {
    const std::lock_guard lock(heard_->mutex);
    return heard_->count(part);
  }
  /// Waits until there is such a line.
  void wait_for(const std::string& part) const {
    std::unique_lock lock(heard_->mutex);
    heard_->changed.wait(lock, [&] { return heard_->count(part) != 0; });
  }

 private:
  struct Heard {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;

    [[nodiscard]] std::size_t count(const std::string& part) const {
      return static_cast<std::size_t>(std::count_if(
          lines.begin(), lines.end(),
          [&](const std::string& line) { return line.find(part) != std::string::npos; }));
    }
  };

  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
};

struct World {
  Lines lines;
  Store store = MemoryProvider::create(MemoryOptions().log_sink(lines.sink()));
  Client client{store};

  /// What `action` answers in a callback of the client's.
  template <class T, class Action>
  T in_callback(const Action& action) {
    std::promise<T> answer;
    client.get_orchestration_status("nobody",
                                    [&](const Client::Status&) { answer.set_value(action()); });
    return answer.get_future().get();
  }
};

template <class Result>
Kind kind_in(const Result& result) {
  return result ? Kind::storage_error : result.error().kind;
}

}  // namespace

TEST_CASE("blocking: every blocking call of a client is refused in a callback", "[threads]") {
  World w;
  const ManagementClient management = w.client.management().value();
  auto subscription = management.subscribe(ChangeFilter()).value();
  const ActivityToken token{"i", 1, 2};
  const auto kinds = w.in_callback<std::vector<Kind>>([&] {
    return std::vector<Kind>{
        kind_in(w.client.start_orchestration("i", "O")),
        kind_in(w.client.run_orchestration("i", "O", "", 1s)),
        kind_in(w.client.raise_event("i", "E")),
        kind_in(w.client.enqueue_event("i", "Q")),
        kind_in(w.client.cancel_orchestration("i")),
        kind_in(w.client.get_orchestration_status("i")),
        kind_in(w.client.get_bulk_status({"i"})),
        kind_in(w.client.wait_for_completion("i")),
        kind_in(w.client.wait_for_completion("i", 1s)),
        kind_in(w.client.wait_for_status_change("i", 0, 1s)),
        kind_in(w.client.get_value("i", "k")),
        kind_in(w.client.get_all_values("i")),
        kind_in(w.client.wait_for_value("i", "k", 1s)),
        kind_in(w.client.complete_activity(token)),
        kind_in(w.client.fail_activity(token, "why")),
        kind_in(w.client.heartbeat_activity(token, 1)),
        kind_in(management.list_instances()),
        kind_in(management.verify()),
        kind_in(management.delete_instances(InstanceFilter())),
        kind_in(management.act_on_instances(InstanceFilter(), BulkAction::pause())),
        kind_in(management.subscribe(ChangeFilter())),
        kind_in(subscription.next(1s)),
        kind_in(subscription.next()),
    };
  });
  CHECK(kinds == std::vector<Kind>(kinds.size(), Kind::would_deadlock));
  CHECK(w.lines.count("made from a callback") == kinds.size());
  CHECK(w.client.get_orchestration_status("i").value().is_not_found());  // from here it works
}

TEST_CASE("blocking: a callback of a subscription and of management are callbacks too",
          "[threads]") {
  World w;
  const ManagementClient management = w.client.management().value();
  auto subscription = management.subscribe(ChangeFilter()).value();
  std::promise<Kind> from_changes;
  subscription.next([&](const Result<ChangeBatch, ClientError>&) {
    from_changes.set_value(kind_in(w.client.get_orchestration_status("i")));
  });
  std::promise<Kind> from_management;
  management.get_queue_depths(
      [&](const auto&) { from_management.set_value(kind_in(management.get_system_metrics())); });
  CHECK(from_management.get_future().get() == Kind::would_deadlock);
  REQUIRE(w.client.start_orchestration("i", "O"));
  CHECK(from_changes.get_future().get() == Kind::would_deadlock);
}

TEST_CASE("blocking: orchestration code is refused, and an activity is not", "[threads]") {
  World w;
  Runtime runtime{w.store, RuntimeOptions().log_sink(w.lines.sink())};
  runtime
      .register_orchestration("O",
                              [&](OrchestrationContext ctx) -> Task<std::string> {
                                const auto status = w.client.wait_for_completion("i");
                                std::string seen(to_string(kind_in(status)));
                                seen += co_await ctx.schedule_activity("Look", std::string());
                                co_return seen;
                              })
      .register_activity("Look", [&] {
        const auto status = w.client.get_orchestration_status("i");
        return std::string(status && status->is_running() ? ", then it runs" : ", then an error");
      });
  REQUIRE(runtime.start());
  REQUIRE(w.client.start_orchestration("i", "O"));
  const auto status = w.client.wait_for_completion("i").value();
  CHECK(status.output() == "would deadlock, then it runs");
  CHECK(w.lines.count("made from orchestration code") == 1);
}

TEST_CASE("blocking: a runtime does not start in a callback, and stops without blocking it",
          "[threads]") {
  World w;
  auto runtime = std::make_unique<Runtime>(w.store, RuntimeOptions().log_sink(w.lines.sink()));
  const auto kind = w.in_callback<RuntimeError::Kind>([&] {
    const auto started = runtime->start();
    return started ? RuntimeError::Kind::storage_error : started.error().kind;
  });
  CHECK(kind == RuntimeError::Kind::would_deadlock);
  REQUIRE(runtime->start());
  CHECK(w.in_callback<bool>([&] {
    runtime->stop();
    return !runtime->is_running();
  }));
  CHECK(w.lines.count("was stopped from a callback") == 1);
  w.lines.wait_for("the runtime has stopped");
  REQUIRE(runtime->start());
  CHECK(runtime->is_running());
}

TEST_CASE("blocking: a log sink is refused without being told of it", "[threads][log]") {
  auto client = std::make_shared<std::optional<Client>>();
  std::promise<Kind> kind;
  std::once_flag once;
  const LogSink sink = [&, client](const LogRecord& line) {
    if (line.level == LogLevel::error) {
      std::call_once(once,
                     [&] { kind.set_value(kind_in((*client)->get_orchestration_status("i"))); });
    }
  };
  const Store store = MemoryProvider::create(MemoryOptions().log_sink(sink));
  client->emplace(store);
  (*client)->get_orchestration_status(
      "i", [](const Client::Status&) { throw std::runtime_error("a bug of the user's"); });
  CHECK(kind.get_future().get() == Kind::would_deadlock);
  client->reset();
}

TEST_CASE("blocking: what a callback throws goes to the store's log", "[threads][log]") {
  World w;
  w.client.get_orchestration_status(
      "i", [](const Client::Status&) { throw std::runtime_error("a bug of the user's"); });
  REQUIRE(w.client.get_orchestration_status("i"));  // after it, as one actor serves both
  CHECK(w.lines.count("a completion callback threw: a bug of the user's") == 1);
}

TEST_CASE("blocking: a callback may be the last to hold a runtime", "[threads]") {
  World w;
  auto runtime = std::make_shared<Runtime>(w.store, RuntimeOptions().log_sink(w.lines.sink()));
  REQUIRE(runtime->start());
  std::promise<void> dropped;
  w.client.get_orchestration_status(
      "i", [&dropped, last = std::move(runtime)](const Client::Status&) mutable {
        last.reset();
        dropped.set_value();
      });
  dropped.get_future().get();
  w.lines.wait_for("the runtime has stopped");
}

}  // namespace duroxide::blocking_test
