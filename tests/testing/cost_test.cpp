// What a step costs: the table in the guide says what this counts.

#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "model/kinds.hpp"
#include "storage/memory/memory_kv.hpp"
#include "testing/process.hpp"

namespace duroxide::cost_test {

using namespace std::chrono_literals;

namespace {

struct Cost {
  std::uint64_t events = 0;    ///< in all histories together
  std::uint64_t messages = 0;  ///< that have become events: of what came to an instance
  std::uint64_t commits = 0;   ///< each of which is a flush at full durability
  std::uint64_t bytes = 0;     ///< of the keys and values that were written
};

/// Tables in memory that count what is written into them.
class CountingKv final : public storage::KvStore {
 public:
  std::uint64_t commits = 0;
  std::uint64_t bytes = 0;

  [[nodiscard]] std::unique_ptr<storage::ReadView> writer_view() override {
    return inner_.writer_view();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> snapshot() override { return inner_.snapshot(); }
  [[nodiscard]] std::optional<std::uint64_t> room_at_hand(std::uint64_t wanted,
                                                          storage::RoomFor what) override {
    return inner_.room_at_hand(wanted, what);
  }
  void commit(storage::Changes&& changes) override {
    ++commits;
    bytes += storage::size_of(changes);
    inner_.commit(std::move(changes));
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override { return {}; }
  [[nodiscard]] storage::StoreUse use() override { return inner_.use(); }
  void close() override { inner_.close(); }

 private:
  storage::MemoryKv inner_;
};

using Step = Task<> (*)(OrchestrationContext, int);
using Outside = std::function<void(Client&)>;

/// A kind of step, and what others do for each of them.
struct Kind {
  const char* name;
  Step step;
  Outside outside = {};
};

// --- the steps ------------------------------------------------------------------------------------

Task<> nothing(OrchestrationContext, int) {
  co_return;
}
Task<> ordinary(OrchestrationContext context, int) {
  co_await context.schedule_activity("Echo", std::string("x"));
}
Task<> tagged(OrchestrationContext context, int) {
  const auto options = ActivityOptions().tag("t");
  co_await context.schedule_activity("Echo", std::string("x"), options);
}
Task<> in_session(OrchestrationContext context, int) {
  const auto options = ActivityOptions().session("s");
  co_await context.schedule_activity("Echo", std::string("x"), options);
}
Task<> retried(OrchestrationContext context, int) {
  const auto options =
      ActivityOptions().retry(RetryPolicy().max_attempts(2).backoff(Backoff::fixed(1s)));
  co_await context.schedule_activity("FailsOnce", std::string("x"), options);
}
Task<> says_how_far(OrchestrationContext context, int) {
  co_await context.schedule_activity("SaysHowFar", std::string("x"));
}
Task<> short_one(OrchestrationContext context, int) {
  co_await context.schedule_activity("Short", std::string("x"));
}
Task<> pure_one(OrchestrationContext context, int) {
  co_await context.schedule_activity("Pure", std::string("x"));
}
Task<> timer(OrchestrationContext context, int) {
  co_await context.schedule_timer(1s);
}
Task<> child(OrchestrationContext context, int) {
  co_await context.schedule_sub_orchestration("Empty", std::string("x"));
}
Task<> detached(OrchestrationContext context, int left) {
  context.schedule_orchestration("Empty", "detached-" + std::to_string(left), std::string("x"));
  co_return;
}
Task<> awaits_end(OrchestrationContext context, int) {
  co_await context.await_instance("ended");
}
Task<> event(OrchestrationContext context, int) {
  co_await context.wait_for_external_event("E");
}
Task<> message(OrchestrationContext context, int) {
  co_await context.dequeue_event("Q");
}
Task<> sends(OrchestrationContext context, int) {
  context.raise_event("other", "E", std::string("x"));
  co_return;
}
Task<> reads_value(OrchestrationContext context, int) {
  co_await context.read_value("other", "k");
}
Task<> sets_value(OrchestrationContext context, int) {
  context.set_value("k", std::string("x"));
  co_return;
}
Task<> sets_status(OrchestrationContext context, int) {
  context.set_custom_status("x");
  co_return;
}
Task<> makes_value(OrchestrationContext context, int) {
  const auto make = [] { return std::string("x"); };
  (void)context.side_effect("dice", make);
  co_return;
}
Task<> asks_time(OrchestrationContext context, int) {
  (void)context.utc_now();
  co_return;
}

/// So many executions, each of which ends with the next.
Task<> continues(OrchestrationContext context, int left) {
  const int next = left - 1;
  if (left > 0) {
    co_await context.continue_as_new(next);
  }
}

Task<> waits(OrchestrationContext context, int) {
  const std::string word = co_await context.wait_for_external_event("Go");
}

/// Answers so many updates.
Task<> answers(OrchestrationContext context, int updates) {
  int left = updates;
  context.on_update<std::string, std::string>("U", [&left](const std::string& text) {
    --left;
    return text;
  });
  context.on_query<std::string, int>("Q", [&left](const std::string&) { return left; });
  const auto are_answered = [&left] { return left == 0; };
  co_await context.wait_until(are_answered);
}
void ask_update(Client& client) {
  REQUIRE(client.update<std::string>("test", "U", std::string("x")));
}
void ask_query(Client& client) {
  REQUIRE(client.query<int>("test", "Q", std::string("x"), 10s));
  ask_update(client);
}

// --- the measurement ------------------------------------------------------------------------------

const std::vector<Kind>& kinds() {
  static const auto raise = [](Client& client) {
    REQUIRE(client.raise_event("test", "E", std::string("x")));
  };
  static const auto enqueue = [](Client& client) {
    REQUIRE(client.enqueue_event("test", "Q", std::string("x")));
  };
  static const std::vector<Kind> all{
      {"an activity", ordinary},
      {"with a tag", tagged},
      {"in a session", in_session},
      {"a short activity", short_one},
      {"a pure activity", pure_one},
      {"an activity that fails, and its second attempt", retried},
      {"an activity with one heartbeat, durable before it ends", says_how_far},
      {"a timer", timer},
      {"a child, with all that is its own", child},
      {"a detached orchestration, likewise", detached},
      {"a wait for the end of an instance", awaits_end},
      {"an event, from a client", event, raise},
      {"a message of a queue, from a client", message, enqueue},
      {"an event to another instance, with its arrival there", sends},
      {"a value of another instance", reads_value},
      {"a value of its own", sets_value},
      {"a custom status", sets_status},
      {"a side effect", makes_value},
      {"`utc_now`", asks_time},
  };
  return all;
}

void register_all(Runtime& runtime, Step step) {
  const auto repeats = [step](OrchestrationContext context, int steps) -> Task<std::string> {
    int left = steps;
    for (; left > 0; --left) {
      co_await step(context, left);
    }
    co_return "";
  };
  const auto has_failed = std::make_shared<bool>(false);
  runtime.register_orchestration("Repeats", repeats)
      .register_orchestration("Continues", continues)
      .register_orchestration("Empty",
                              [](OrchestrationContext, std::string) -> Task<> { co_return; })
      .register_orchestration("Waits", waits)
      .register_orchestration("Answers", answers)
      .register_activity("Echo", [](std::string text) { return text; })
      .register_activity(
          "Short", [](std::string text) { return text; }, ActivityKind::short_running)
      .register_activity(
          "Pure", [](std::string text) { return text; }, ActivityKind::pure)
      .register_activity("FailsOnce",
                         [has_failed](std::string text) {
                           *has_failed = !*has_failed;
                           if (*has_failed) {
                             throw std::runtime_error("no");
                           }
                           return text;
                         })
      .register_activity(
          "SaysHowFar",
          [](ActivityContext& context, std::string text) -> ActivityTask<std::string> {
            const std::string said = text;
            context.heartbeat(said);
            co_await context.sleep(1s);
            co_return said;
          });
}

/// Whether a message has brought it.
bool has_come(const EventKind& kind) {
  return !model::is_command(kind) && !is_terminal(kind);
}

/// One process on a store of its own.
class Machine {
 public:
  explicit Machine(Step step)
      : process_({kv_, clock_,
                  RuntimeOptions().worker_tags(TagFilter::any()).log_sink([](const LogRecord&) {}),
                  [step](Runtime& runtime) { register_all(runtime, step); }}) {
    start("ended", "Empty", std::string());
    start("other", "Waits", 1);
    settle();
  }

  template <class In>
  void start(const std::string& instance, const std::string& orchestration, const In& input) {
    REQUIRE(process_.client().start_orchestration(instance, orchestration, input));
    settle();
  }
  [[nodiscard]] bool runs(const std::string& instance) {
    return process_.client().get_status(instance).value().is_running();
  }
  void settle() {
    while (process_.step()) {
    }
  }
  void pass_a_second() {
    clock_->advance(1s);
    process_.pass_time(1s);
    settle();
  }
  [[nodiscard]] Client& client() { return process_.client(); }
  [[nodiscard]] Cost so_far() {
    Cost cost{0, 0, kv_->commits, kv_->bytes};
    const ManagementClient management = process_.client().management().value();
    for (const std::string& instance : management.list_all_instances().value()) {
      for (const std::uint64_t execution : management.list_executions(instance).value()) {
        for (const Event& event : management.read_execution_history(instance, execution).value()) {
          ++cost.events;
          cost.messages += has_come(event.kind) ? 1 : 0;
        }
      }
    }
    return cost;
  }

 private:
  std::shared_ptr<CountingKv> kv_ = std::make_shared<CountingKv>();
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  testkit::Process process_;
};

Cost minus(const Cost& a, const Cost& b) {
  return {a.events - b.events, a.messages - b.messages, a.commits - b.commits, a.bytes - b.bytes};
}

/// Of an instance from its start to its end.
Cost cost_of(const std::string& orchestration, const Kind& kind, int steps) {
  Machine machine(kind.step);
  const Cost before = machine.so_far();
  machine.start("test", orchestration, steps);
  int left = 100;
  for (; machine.runs("test") && left > 0; --left) {
    if (kind.outside) {
      kind.outside(machine.client());
      machine.settle();
    } else {
      machine.pass_a_second();
    }
  }
  REQUIRE(left > 0);
  return minus(machine.so_far(), before);
}

/// The difference that is measured; turns that run ahead of the disk share commits by twos.
constexpr std::uint64_t steps_more = 4;

std::string per_step(std::uint64_t count) {
  const std::uint64_t tenths = 10 * count / steps_more;
  return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10));
}

/// A row of the table, of what so many steps cost.
std::string row_of(const std::string& name, const Cost& cost) {
  return "| " + name + " | " + per_step(cost.events) + " | " + per_step(cost.messages) + " | " +
         per_step(cost.commits) + " | " + std::to_string(cost.bytes / steps_more) + " |";
}

Cost cost_of_steps(const std::string& orchestration, const Kind& kind) {
  return minus(cost_of(orchestration, kind, 3 + int{steps_more}), cost_of(orchestration, kind, 3));
}

std::vector<std::string> lines_of_guide() {
  std::ifstream guide(DUROXIDE_GUIDE);
  std::vector<std::string> lines;
  bool is_inside = false;
  for (std::string line; std::getline(guide, line);) {
    if (line == "## What a step costs") {
      is_inside = true;
    } else if (is_inside && line.starts_with("## ")) {
      break;
    } else if (is_inside && line.starts_with("| ") && !line.starts_with("| A step")) {
      lines.push_back(line);
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("the guide says what a step costs", "[history][messages]") {
  std::vector<std::string> counted;
  for (const Kind& kind : kinds()) {
    Cost cost = cost_of_steps("Repeats", kind);
    if (kind.step == pure_one) {
      cost.messages -= steps_more;  // its result is there within the turn
    }
    counted.push_back(row_of(kind.name, cost));
  }
  counted.push_back(row_of("`continue_as_new`", cost_of_steps("Continues", {"", nothing})));
  const Cost update = cost_of_steps("Answers", {"", nothing, ask_update});
  counted.push_back(row_of("an update, from a client", update));
  const Cost with_query = cost_of_steps("Answers", {"", nothing, ask_query});
  counted.push_back(row_of("a query, from a client", minus(with_query, update)));
  std::string table;
  for (const std::string& row : counted) {
    table += row + "\n";
  }
  INFO("the table should be\n" + table);
  CHECK(lines_of_guide() == counted);
}

}  // namespace duroxide::cost_test
