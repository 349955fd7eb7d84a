// Custom status, key-value state and event queues: what an instance shows, and what it carries on.

#include <algorithm>

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

/// The only change of a turn.
const replay::ValueChange& only_change(const replay::TurnResult& turn) {
  REQUIRE(turn.values.size() == 1);
  return turn.values.front();
}

}  // namespace

TEST_CASE("values: the last write of a turn is what the store is told, once", "[values]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.set_value("k", 1);
    ctx.set_value("k", 2);
    ctx.set_value("gone", "x");
    ctx.clear_value("gone");
    ctx.clear_value("never there");
    co_await ctx.schedule_activity("A");
    ctx.set_value("k", ctx.get_value<int>("k").value() + 1);
    co_return std::to_string(ctx.values().size());
  });
  const auto first = harness.start();
  REQUIRE(first.values.size() == 2);
  CHECK(first.values[0].key == "gone");
  CHECK_FALSE(first.values[0].value);
  CHECK(first.values[1].value->value == "2");
  CHECK(first.values[1].value->version == 2);
  const auto second = harness.turn(harness.activity_completed(7, ""));
  CHECK(output_of(second) == "1");
  CHECK(only_change(second).value->value == "3");
  CHECK(only_change(second).value->version == 5);
}

TEST_CASE("values: reads at three distances replay exactly", "[values][replay]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen = ctx.get_value("carried").value_or("-");
    ctx.set_value("own", "1");
    seen += ctx.get_value("own").value_or("-");
    co_await ctx.schedule_activity("A", seen);
    seen += ctx.get_value("own").value_or("-") + ctx.get_value("none").value_or("-");
    ctx.clear_all_values();
    seen += ctx.get_value("carried").value_or("-");
    co_await ctx.schedule_activity("B", seen);
    co_return seen;
  });
  CarriedState carried;
  carried.values = {{"carried", "0", from_milliseconds(5), 7}};
  carried.value_changes = 7;
  work::ContinueAsNew begin{"i", 1, "Test", "", {}, {}, carried};
  (void)harness.turn(begin);
  const auto cleared = harness.turn(harness.activity_completed(3, ""));
  CHECK(cleared.values.size() == 2);
  CHECK(output_of(harness.turn(harness.activity_completed(6, ""))) == "011--");
}

TEST_CASE("values: a read-modify-write loop over turns and executions",
          "[values][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    int count = ctx.get_value<int>("count").value_or(0);
    for (int i = 0; i < 3; ++i) {
      ctx.set_value("count", ++count);
      co_await ctx.schedule_activity("A", count);
    }
    if (count < 6) {
      co_await ctx.continue_as_new();
    }
    co_return std::to_string(count);
  });
  auto turn = harness.start();
  for (int i = 0; i < 3; ++i) {
    turn = harness.turn(harness.activity_completed(turn.activities.at(0).id, ""));
  }
  const auto next = next_of(turn);
  REQUIRE(next.carried.values.size() == 1);
  CHECK(next.carried.values[0].value == "3");
  CHECK(next.carried.value_changes == 3);

  Harness second(both_ways(), [](OrchestrationContext ctx) -> Task<int> {
    int count = ctx.get_value<int>("count").value_or(0);
    co_return count;
  });
  second.assignment = {"i", 2, "Test", "1.0.0", {}};
  CHECK(output_of(second.turn(next)) == "3");
}

TEST_CASE("values: the recorded time of the change, replayed or not", "[values][replay]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.set_value("k", "v");
    const auto before = ctx.values().at("k").updated_at;
    co_await ctx.schedule_activity("A");
    const auto after = ctx.values().at("k").updated_at;
    co_return before == after ? "same" : "changed";
  });
  const auto first = harness.start();
  CHECK(only_change(first).value->updated_at == harness.history().at(1).timestamp);
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "same");
}

TEST_CASE("values: limits are told at the call, and leave everything as it was",
          "[values][limits]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    const auto attempt = [&](const std::string& key, const std::string& value) {
      try {
        ctx.set_value(key, value);
        seen += "+";
      } catch (const OrchestrationError& error) {
        seen += error.details().kind == ErrorKind::limit_exceeded ? "L" : "I";
      }
    };
    attempt("a", "1234");
    attempt("a", "12345");
    attempt("b", "1");
    co_await ctx.schedule_activity("A");
    attempt("c", "1");  // counted over turns
    attempt("b", "2");
    attempt("", "1");
    attempt(std::string(256, 'k'), "1");
    seen += ctx.get_value("a").value();
    co_return seen;
  });
  harness.services.max_values = 2;
  harness.services.max_value_bytes = 4;
  (void)harness.start();
  CHECK(output_of(harness.turn(harness.activity_completed(4, ""))) == "+L+L+II1234");
}

TEST_CASE("values: a limit that was lowered does not break what is recorded", "[values][limits]") {
  Harness harness(Residency::rebuilt, [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.set_value("k", "12345678");
    co_await ctx.schedule_activity("A");
    co_return ctx.get_value("k").value();
  });
  (void)harness.start();
  harness.services.max_value_bytes = 4;
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "12345678");
}

TEST_CASE("values: another key or value on replay is another decision, a time is not",
          "[values][replay][nondeterminism]") {
  const auto code = [](std::string key, std::string value) {
    return [key, value](OrchestrationContext ctx) -> Task<> {
      ctx.set_value(key, value);
      co_await ctx.schedule_activity("A");
    };
  };
  Harness harness(Residency::rebuilt, code("k", "v"));
  (void)harness.start();
  harness.swap_code(GENERATE_COPY(as<bool>(), false, true) ? code("k", "w") : code("l", "v"));
  CHECK(failure_of(harness.turn(harness.activity_completed(3, ""))).kind ==
        ErrorKind::nondeterminism);
}

TEST_CASE("values: a value that is no T is an error of the code", "[values][payloads]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<int> {
    ctx.set_value("k", "text");
    co_return ctx.get_value<int>("k").value();
  });
  CHECK(failure_of(harness.start()).kind == ErrorKind::invalid_payload);
}

TEST_CASE("values of another instance are read by the store", "[values]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    auto number = ctx.read_value<int>("other", "n");
    auto missing = ctx.read_value("other", "none");
    const std::optional<int> n = co_await std::move(number);
    const std::optional<std::string> none = co_await std::move(missing);
    seen = std::to_string(n.value_or(-1)) + (none ? "value" : "none");
    co_return seen;
  });
  const auto first = harness.start();
  REQUIRE(first.messages.size() == 2);
  CHECK(first.messages[0] == WorkItem(work::ReadKeyValue{"other", "n", ParentLink{"i", 1, 2}}));
  (void)harness.turn(work::KeyValueRead{"i", 1, 2, "5"});
  CHECK(harness.turn(work::KeyValueRead{"i", 1, 2, "6"}).events.empty());
  CHECK(output_of(harness.turn(work::KeyValueRead{"i", 1, 3, std::nullopt})) == "5none");
}

TEST_CASE("an empty value is not a missing one", "[values]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto read = ctx.read_value("other", "k");
    const std::optional<std::string> value = co_await std::move(read);
    co_return value ? "there:" + *value : "missing";
  });
  (void)harness.start();
  CHECK(output_of(harness.turn(work::KeyValueRead{"i", 1, 2, ""})) == "there:");
}

TEST_CASE("custom status: the last of a turn, with a version for each change", "[custom-status]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.set_custom_status("one");
    ctx.set_custom_status(2);
    co_await ctx.schedule_activity("A");
    std::string seen = ctx.custom_status().value_or("none");
    ctx.reset_custom_status();
    seen += ctx.custom_status().value_or("none");
    co_await ctx.schedule_activity("B", seen);
    co_return seen;
  });
  const auto first = harness.start();
  REQUIRE(first.custom_status);
  CHECK(first.custom_status->status == "2");
  CHECK(first.custom_status->version == 2);
  const auto second = harness.turn(harness.activity_completed(4, ""));
  REQUIRE(second.custom_status);
  CHECK_FALSE(second.custom_status->status);
  CHECK(second.custom_status->version == 3);
  const auto last = harness.turn(harness.activity_completed(7, ""));
  CHECK(output_of(last) == "2none");
  CHECK_FALSE(last.custom_status);
}

TEST_CASE("custom status: another text on replay is no other decision",
          "[custom-status][replay][nondeterminism]") {
  const auto code = [](std::string text) {
    return [text](OrchestrationContext ctx) -> Task<std::string> {
      ctx.set_custom_status(text);
      co_await ctx.schedule_activity("A");
      co_return ctx.custom_status().value();
    };
  };
  Harness harness(Residency::rebuilt, code("old"));
  (void)harness.start();
  harness.swap_code(code("new"));
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "old");
}

TEST_CASE("custom status: its limit is told at the call", "[custom-status][limits]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.set_custom_status("1234");
    std::string seen = "kept";
    try {
      ctx.set_custom_status("12345");
    } catch (const OrchestrationError& error) {
      seen = std::string(to_string(error.details().kind));
    }
    co_await ctx.schedule_activity("A");
    co_return seen + ": " + ctx.custom_status().value();
  });
  harness.services.max_custom_status_bytes = 4;
  (void)harness.start();
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "limit exceeded: 1234");
}

TEST_CASE("status and values go on with continue-as-new",
          "[custom-status][values][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    ctx.set_custom_status("half");
    ctx.set_value("a", 1);
    ctx.set_value("b", 2);
    ctx.clear_value("a");
    co_await ctx.continue_as_new();
  });
  const auto next = next_of(harness.start());
  CHECK(next.carried.custom_status == "half");
  CHECK(next.carried.custom_status_version == 1);
  REQUIRE(next.carried.values.size() == 1);
  CHECK(next.carried.values[0].key == "b");
  CHECK(next.carried.value_changes == 3);
}

TEST_CASE("queues: strictly in order, messages before the wait are kept", "[queues]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen = co_await ctx.dequeue_event("Q");
    co_await ctx.schedule_activity("A");
    auto second = ctx.dequeue_event("Q");
    auto third = ctx.dequeue_event<int>("Q");
    const int number = co_await third;
    seen += co_await second;
    co_return seen + std::to_string(number);
  });
  (void)harness.start("", {Harness::queued("Q", "a"), Harness::queued("Other", "x")});
  (void)harness.turn(Harness::queued("Q", "b"));
  (void)harness.turn(harness.activity_completed(4, ""));
  CHECK(output_of(harness.turn(Harness::queued("Q", "3"))) == "ab3");
}

TEST_CASE("queues and external events of one name have nothing to do with each other",
          "[queues][events]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen = co_await ctx.dequeue_event("E");
    seen += co_await ctx.wait_for_external_event("E");
    co_return seen;
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(Harness::raised("E", "event"))));
  CHECK(output_of(harness.turn(Harness::queued("E", "message "))) == "message event");
}

TEST_CASE("queues: a wait that loses a race takes no message, and a race loses none",
          "[queues][combinators]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    for (int i = 0; i < 2; ++i) {
      const auto winner = co_await when_any(ctx.dequeue_event("Q"), ctx.schedule_timer(1h));
      seen += winner.index() == 0 ? std::get<0>(winner) : "-";
    }
    co_return seen;
  });
  (void)harness.start();
  (void)harness.turn(harness.timer_fired(3));
  CHECK(output_of(harness.turn(Harness::queued("Q", "a"))) == "-a");
}

TEST_CASE("queues: both arrive in one turn, the message that lost is still there", "[queues]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const auto winner = co_await when_any(ctx.schedule_timer(1h), ctx.dequeue_event("Q"));
    std::string seen = std::to_string(winner.index());
    seen += co_await ctx.dequeue_event("Q");
    co_return seen;
  });
  (void)harness.start();
  CHECK(output_of(harness.turn({harness.timer_fired(2), Harness::queued("Q", "a")})) == "0a");
}

TEST_CASE("queues: everything that was not taken goes on with continue-as-new, in order",
          "[queues][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    auto taken = co_await ctx.dequeue_event("Q");
    auto never_awaited = ctx.dequeue_event("Q");
    co_await ctx.schedule_activity("A", taken);
    co_await ctx.continue_as_new();
  });
  (void)harness.start();
  std::vector<WorkItem> messages;
  for (int i = 0; i < 40; ++i) {
    messages.push_back(Harness::queued(i % 2 == 0 ? "Q" : "R", std::to_string(i)));
  }
  (void)harness.turn(messages);
  const auto activity =
      std::find_if(harness.history().begin(), harness.history().end(), [](const Event& event) {
        return std::holds_alternative<event::ActivityScheduled>(event.kind);
      });
  const auto result = harness.turn(
      {harness.activity_completed(activity->event_id, ""), Harness::queued("Q", "late")});
  const auto& next = next_of(result);
  REQUIRE(next.carried.messages.size() == 40);
  CHECK(next.carried.messages.front() == CarriedEvent{"R", "1"});
  CHECK(next.carried.messages[1] == CarriedEvent{"Q", "2"});
  CHECK(next.carried.messages.back() == CarriedEvent{"Q", "late"});
}

TEST_CASE("custom status: one that was refused is refused again when the next was taken",
          "[custom-status]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    try {
      ctx.set_custom_status(std::string("too long"));
    } catch (const OrchestrationError&) {
      seen = "refused ";
    }
    ctx.set_custom_status(std::string("ok"));
    co_await ctx.schedule_activity("A");
    seen += ctx.custom_status().value_or("none");
    co_return seen;
  });
  harness.services.max_custom_status_bytes = 4;
  (void)harness.start();
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "refused ok");
}
