// Key-value state: every change is an event, and what is cleared stays cleared.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;

namespace {

/// The whole state, as text.
std::string shown(OrchestrationContext& ctx) {
  std::string text;
  for (const auto& [key, stored] : ctx.values()) {
    text += key + "=" + stored.value + ";";
  }
  return text;
}

/// A second execution that begins with `a` and `b` from the first.
work::ContinueAsNew with_two_values() {
  CarriedState carried;
  carried.values = {{"a", "1", from_milliseconds(5), 1}, {"b", "2", from_milliseconds(6), 2}};
  carried.value_changes = 2;
  return {"i", 1, "Test", "", {}, {}, carried};
}

/// What a turn tells the store, as text.
std::string changes_of(const replay::TurnResult& turn) {
  std::string text;
  for (const auto& change : turn.values) {
    text += change.key + (change.value ? "=" + change.value->value : " cleared") + ";";
  }
  return text;
}

}  // namespace

TEST_CASE("values: each change is recorded as it is made, and the code goes on at once",
          "[values]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.set_value("k", "1");
    ctx.set_value("k", "2");
    std::string seen = shown(ctx);
    ctx.clear_value("k");
    ctx.clear_all_values();
    ctx.set_value("n", 3);
    seen += shown(ctx);
    co_return seen;
  });
  CHECK(output_of(harness.start()) == "k=2;n=3;");
  const auto& history = harness.history();
  REQUIRE(history.size() == 7);
  CHECK(history[1].kind == EventKind(event::KeyValueSet{"k", "1"}));
  CHECK(history[2].kind == EventKind(event::KeyValueSet{"k", "2"}));
  CHECK(history[3].kind == EventKind(event::KeyValueCleared{"k"}));
  CHECK(history[4].kind == EventKind(event::KeyValuesCleared{}));
  CHECK(history[5].kind == EventKind(event::KeyValueSet{"n", "3"}));
  for (const Event& event : history) {
    CHECK(event.source_event_id == 0);
  }
}

TEST_CASE("values: changes stand between the steps, and replay finds both", "[values][replay]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    ctx.set_value("k", "1");
    ctx.set_value("gone", "x");
    co_await ctx.schedule_activity("A");
    ctx.clear_value("gone");
    ctx.set_value("k", "2");
    co_await ctx.schedule_activity("B");
    seen = shown(ctx);
    ctx.set_value("new", "3");
    seen += shown(ctx);
    co_return seen;
  });
  (void)harness.start();
  CHECK(changes_of(harness.turn(harness.activity_completed(4, ""))) == "gone cleared;k=2;");
  const auto last = harness.turn(harness.activity_completed(8, ""));
  CHECK(output_of(last) == "k=2;k=2;new=3;");
  CHECK(changes_of(last) == "new=3;");
}

TEST_CASE("values: clearing one hides what an earlier execution set, and leaves the others",
          "[values][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.clear_value("a");
    std::string seen = shown(ctx);
    co_await ctx.schedule_activity("A");
    seen += shown(ctx) + ctx.get_value("a").value_or("none");
    co_return seen;
  });
  CHECK(changes_of(harness.turn(with_two_values())) == "a cleared;");
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "b=2;b=2;none");
}

TEST_CASE("values: clearing all hides earlier turns and executions, not what comes after it",
          "[values][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    ctx.set_value("c", "3");
    co_await ctx.schedule_activity("A");
    ctx.clear_all_values();
    ctx.set_value("b", "new");
    const std::string seen = shown(ctx);
    co_await ctx.schedule_activity("B", seen);
    co_await ctx.continue_as_new(shown(ctx));
  });
  (void)harness.turn(with_two_values());
  const auto cleared = harness.turn(harness.activity_completed(3, ""));
  CHECK(changes_of(cleared) == "a cleared;b=new;c cleared;");
  CHECK(cleared.activities.at(0).input == "b=new;");
  const auto ended = harness.turn(harness.activity_completed(cleared.activities[0].id, ""));
  const auto& next = std::get<work::ContinueAsNew>(ended.messages.at(0));
  CHECK(next.input == "b=new;");
  REQUIRE(next.carried.values.size() == 1);
  CHECK(next.carried.values[0].key == "b");
}

TEST_CASE("values: cleared and set again in one turn", "[values]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.clear_value("a");
    ctx.set_value("a", "again");
    co_await ctx.schedule_activity("A");
    co_return shown(ctx);
  });
  CHECK(changes_of(harness.turn(with_two_values())) == "a=again;");
  CHECK(output_of(harness.turn(harness.activity_completed(4, ""))) == "a=again;b=2;");
}

TEST_CASE("values: a cleared counter begins anew, at every replay", "[values][replay]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<int> {
    int count = ctx.get_value<int>("a").value();
    ctx.clear_value("a");
    for (int i = 0; i < 3; ++i) {
      count = ctx.get_value<int>("a").value_or(0) + 1;
      ctx.set_value("a", count);
      co_await ctx.schedule_activity("A", count);
    }
    co_return count;
  });
  auto turn = harness.turn(with_two_values());
  for (const char* input : {"1", "2", "3"}) {
    CHECK(turn.activities.at(0).input == input);
    turn = harness.turn(harness.activity_completed(turn.activities[0].id, ""));
  }
  CHECK(output_of(turn) == "3");
}

TEST_CASE("values: the limit counts what earlier executions left",
          "[values][limits][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    const auto attempt = [&](const char* key) {
      try {
        ctx.set_value(key, "x");
        seen += "+";
      } catch (const OrchestrationError& error) {
        seen += error.details().kind == ErrorKind::limit_exceeded ? "L" : "?";
      }
    };
    attempt("c");
    attempt("d");
    attempt("a");  // not a new one
    co_await ctx.schedule_activity("A");
    attempt("d");
    ctx.clear_value("b");
    attempt("d");
    ctx.clear_all_values();
    attempt("e");
    seen += shown(ctx);
    co_return seen;
  });
  harness.services.max_values = 3;
  (void)harness.turn(with_two_values());
  CHECK(output_of(harness.turn(harness.activity_completed(4, ""))) == "+L+L++e=x;");
}

TEST_CASE("values: another kind or order of changes is another decision",
          "[values][nondeterminism]") {
  enum class Change { set, clear, clear_all, schedule };
  using Changes = std::vector<Change>;
  const auto making = [](Changes changes, std::string key) {
    return [changes, key](OrchestrationContext ctx) -> Task<> {
      const std::string name = key;
      for (const Change change : changes) {
        switch (change) {
          case Change::set:
            ctx.set_value(name, "v");
            break;
          case Change::clear:
            ctx.clear_value(name);
            break;
          case Change::clear_all:
            ctx.clear_all_values();
            break;
          case Change::schedule:
            co_await ctx.schedule_activity("B");
            break;
        }
      }
      co_await ctx.wait_for_external_event("E");
    };
  };
  struct Row {
    Changes before;
    Changes after;
    const char* key;
  };
  const auto row = GENERATE(values<Row>({
      {{Change::set}, {Change::schedule}, "k"},
      {{Change::set}, {Change::clear}, "k"},
      {{Change::set}, {}, "k"},
      {{}, {Change::set}, "k"},
      {{Change::clear}, {Change::schedule}, "k"},
      {{Change::clear}, {Change::clear}, "l"},
      {{Change::clear}, {Change::clear_all}, "k"},
      {{Change::clear_all}, {Change::schedule}, "k"},
      {{Change::clear_all}, {Change::clear}, "k"},
      {{Change::set, Change::clear_all}, {Change::clear_all, Change::set}, "k"},
  }));
  Harness harness(Residency::rebuilt, making(row.before, "k"));
  (void)harness.start();
  SECTION("the same changes are no mismatch") {
    CHECK(still_running(harness.turn(Harness::raised("Other", ""))));
  }
  SECTION("others are") {
    harness.swap_code(making(row.after, row.key));
    CHECK(failure_of(harness.turn(Harness::raised("Other", ""))).kind == ErrorKind::nondeterminism);
  }
}
