// Updates: what others ask of the code, what it answers, and what it waits for because of them.

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "replay/answer_text.hpp"
#include "replay/harness.hpp"

namespace duroxide::updates_test {

using namespace duroxide::replay;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;
using Catch::Contains;
using Types = std::vector<std::string>;

namespace {

WorkItem asked(std::string id, std::string name, std::string input) {
  return work::UpdateRequest{"i", std::move(id), std::move(name), std::move(input)};
}

/// The only answer of a turn.
UpdateAnswer answer_of(const TurnResult& turn) {
  REQUIRE(turn.updates.size() == 1);
  return turn.updates.front();
}

std::vector<std::string> texts_of(const TurnResult& turn) {
  std::vector<std::string> texts;
  for (const UpdateAnswer& answer : turn.updates) {
    texts.push_back(answer.id + "=" + text_of(answer));
  }
  return texts;
}

/// Adds numbers up until the sum is at least 10. A negative number is refused, 7 is an error.
Task<std::string> sums_up(OrchestrationContext ctx) {
  int sum = 0;
  const auto add = [&](int number) {
    if (number == 7) {
      throw std::runtime_error("not seven");
    }
    return sum += number;
  };
  const auto check = [&](int number) -> Result<void, std::string> {
    if (number < 0) {
      return failure(std::to_string(number) + " would take from " + std::to_string(sum));
    }
    return {};
  };
  ctx.on_update<int, int>("Add", add, check);
  const auto is_enough = [&] { return sum >= 10; };
  co_await ctx.wait_until(is_enough);
  co_return std::to_string(sum);
}

/// Says what its handler did, and what it read while it did it.
Task<std::string> records(OrchestrationContext ctx) {
  std::vector<std::string> notes;
  const auto note = [&, ctx](const std::string& text) mutable {
    ctx.set_value("last", text);
    notes.push_back(text + ctx.new_guid());
    ctx.set_custom_status(std::to_string(notes.size()));
    return notes.back();
  };
  ctx.on_update<std::string, std::string>("Note", note);
  std::string rest = co_await ctx.wait_for_external_event("End");
  for (const std::string& each : notes) {
    rest += each;
  }
  co_return rest;
}

}  // namespace

TEST_CASE("an update is answered by its handler, which changes what the code goes on with",
          "[updates]") {
  Harness harness(both_ways(), sums_up);
  CHECK(still_running(harness.start()));
  auto turn = harness.turn(asked("u1", "Add", "4"));
  CHECK(texts_of(turn) == Types{"u1=4"});
  CHECK(still_running(turn));
  turn = harness.turn({asked("u2", "Add", "5"), asked("u3", "Add", "2"), asked("u4", "Add", "1")});
  CHECK(texts_of(turn) == Types{"u2=9", "u3=11"});
  CHECK(output_of(turn) == "11");
  CHECK(turn.untaken == std::vector<std::uint64_t>{2});
  CHECK(harness.types() == Types{"OrchestrationStarted", "UpdateReceived", "UpdateAnswered",
                                 "UpdateReceived", "UpdateAnswered", "UpdateReceived",
                                 "UpdateAnswered", "OrchestrationCompleted"});
}

TEST_CASE("an error of a handler is the caller's, and the instance goes on", "[updates][errors]") {
  Harness harness(both_ways(), sums_up);
  (void)harness.start();
  const auto answer = answer_of(harness.turn(asked("u1", "Add", "7")));
  CHECK(text_of(answer) == "!not seven");
  CHECK(answer.error->subject == "Add");
  CHECK(answer.error->category == ErrorCategory::application);
  CHECK(output_of(harness.turn(asked("u2", "Add", "10"))) == "10");
}

TEST_CASE("what the validator refuses, or cannot be decoded, leaves no trace",
          "[updates][errors][undecodable]") {
  Harness harness(both_ways(), sums_up);
  (void)harness.start();
  (void)harness.turn(asked("u1", "Add", "3"));
  const Types before = harness.types();
  CHECK(text_of(answer_of(harness.turn(asked("u2", "Add", "-1")))) == "?-1 would take from 3");
  const auto unreadable = answer_of(harness.turn(asked("u3", "Add", "three")));
  CHECK(unreadable.refused);
  CHECK_THAT(unreadable.error->message, Contains("the input of the update `Add`"));
  CHECK(unreadable.error->kind == ErrorKind::invalid_payload);
  CHECK(harness.types() == before);
  // The same id is free, as nothing knows of it.
  CHECK(texts_of(harness.turn(asked("u2", "Add", "1"))) == Types{"u2=4"});
}

TEST_CASE("the same id is answered with what was recorded", "[updates]") {
  Harness harness(both_ways(), sums_up);
  (void)harness.start();
  (void)harness.turn({asked("u1", "Add", "3"), asked("u7", "Add", "7")});
  const Types before = harness.types();
  auto turn = harness.turn(
      {asked("u1", "Add", "3"), asked("u7", "Add", "1"), asked("u1", "Other", "whatever")});
  CHECK(texts_of(turn) == Types{"u1=3", "u7=!not seven", "u1=3"});
  CHECK(harness.types() == before);
  CHECK(texts_of(harness.turn(asked("u2", "Add", "3"))) == Types{"u2=6"});
}

TEST_CASE("what a handler decides stands between an update and its answer", "[updates][recorded]") {
  Harness harness(both_ways(), records);
  (void)harness.start();
  auto turn = harness.turn(
      {asked("a", "Note", "one"), Harness::raised("Other", "x"), asked("b", "Note", "two")});
  REQUIRE(turn.updates.size() == 2);
  CHECK(turn.values.size() == 1);
  CHECK(turn.values.front().value->value == "two");
  CHECK(turn.custom_status->status == "2");
  CHECK(harness.types() == Types{"OrchestrationStarted", "ExternalSubscribed", "UpdateReceived",
                                 "KeyValueSet", "GuidRecorded", "CustomStatusUpdated",
                                 "UpdateAnswered", "ExternalEvent", "UpdateReceived", "KeyValueSet",
                                 "GuidRecorded", "CustomStatusUpdated", "UpdateAnswered"});
  const std::string both = turn.updates[0].output + turn.updates[1].output;
  CHECK(output_of(harness.turn(Harness::raised("End", "!"))) == "!" + both);
}

TEST_CASE("an update waits for its handler, and is then handled where the code waits",
          "[updates][messages]") {
  const auto late = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text = co_await ctx.wait_for_external_event("Open");
    const auto append = [&](const std::string& more) { return text += more; };
    const auto check = [&](const std::string& more) {
      if (more == "no") {
        throw std::runtime_error("no after " + text);
      }
    };
    ctx.on_update<std::string, std::string>("Append", append, check);
    text += ":";
    text += co_await ctx.wait_for_external_event("Close");
    co_return text;
  };
  Harness harness(both_ways(), late);
  auto turn = harness.start("", {asked("a", "Append", "1"), asked("x", "Nobody", "")});
  CHECK(turn.updates.empty());
  CHECK(harness.turn({asked("b", "Append", "no"), asked("a", "Append", "again")}).updates.empty());
  CHECK(harness.turn(asked("c", "Append", "2")).updates.empty());
  turn = harness.turn(Harness::raised("Open", "t"));
  CHECK(texts_of(turn) == Types{"a=t:1", "b=?no after t:1", "c=t:12"});
  CHECK(texts_of(harness.turn({asked("b", "Append", "yes"), asked("d", "Append", "3")})) ==
        Types{"b=?no after t:1", "d=t:123"});
  CHECK(output_of(harness.turn(Harness::raised("Close", "."))) == "t:123.");
  const Types types = harness.types();
  CHECK(std::count(types.begin(), types.end(), "UpdateReceived") == 5);
  CHECK(std::count(types.begin(), types.end(), "UpdateAnswered") == 4);
}

TEST_CASE("replay asks no validator: what it said then counts", "[updates][replay]") {
  bool strict = false;
  const auto code = [&strict](OrchestrationContext ctx) -> Task<std::string> {
    std::string text = co_await ctx.wait_for_external_event("Open");
    const auto append = [&](const std::string& more) { return text += more; };
    const auto check = [&strict](const std::string& more) {
      if (strict == (more == "1")) {
        throw std::runtime_error("not now");
      }
    };
    ctx.on_update<std::string, std::string>("Append", append, check);
    text += co_await ctx.wait_for_external_event("Close");
    co_return text;
  };
  strict = false;
  Harness harness(Residency::resident, code);
  (void)harness.start("", {asked("a", "Append", "1"), asked("b", "Append", "2")});
  CHECK(texts_of(harness.turn(Harness::raised("Open", ""))) == Types{"a=1", "b=?not now"});
  harness.evict();
  strict = true;
  CHECK(output_of(harness.turn(Harness::raised("Close", "."))) == "1.");
}

TEST_CASE("updates that wait go to the next execution, in their order, behind what is carried",
          "[updates][continue-as-new]") {
  const auto rounds = [](OrchestrationContext ctx, int round) -> Task<std::string> {
    std::string text;
    if (round == 2) {
      const auto append = [&](const std::string& more) { return text += more; };
      ctx.on_update<std::string, std::string>("Append", append);
    }
    co_await ctx.wait_for_external_event("Next");
    if (round < 2) {
      co_await ctx.continue_as_new(round + 1);
    }
    co_return text;
  };
  Harness harness(both_ways(), rounds);
  (void)harness.start("1", {asked("a", "Append", "1"), asked("b", "Append", "2")});
  const auto turn = harness.turn(
      {Harness::raised("Next", ""), asked("c", "Append", "3"), Harness::raised("Next", "")});
  const auto& next = next_of(turn);
  CHECK(next.carried.events.size() == 1);
  REQUIRE(turn.messages.size() == 4);
  CHECK(turn.messages[1] == asked("a", "Append", "1"));
  CHECK(turn.messages[3] == asked("c", "Append", "3"));
  CHECK(turn.untaken.empty());
}

TEST_CASE("an update that is asked again in the turn that continues as new is not done again",
          "[updates][continue-as-new]") {
  const auto rounds = [](OrchestrationContext ctx, int round) -> Task<std::string> {
    bool is_next = false;
    const auto next = [&](int by) {
      is_next = true;
      return round + by;
    };
    ctx.on_update<int, int>("Next", next);
    const auto told = [&] { return is_next; };
    co_await ctx.wait_until(told);
    co_await ctx.continue_as_new(round + 1);
    co_return "";
  };
  Harness harness(both_ways(), rounds);
  (void)harness.start("1", {asked("w", "Nobody", "")});
  const auto turn = harness.turn({asked("x", "Next", "10"), asked("x", "Next", "10"),
                                  asked("w", "Nobody", ""), asked("y", "Next", "20")});
  CHECK(next_of(turn).input == "2");
  CHECK(texts_of(turn) == Types{"x=11", "x=11"});
  // What waits is asked again once, and what is new is new.
  REQUIRE(turn.messages.size() == 3);
  CHECK(turn.messages[1] == asked("w", "Nobody", ""));
  CHECK(turn.messages[2] == asked("y", "Next", "20"));
  CHECK(turn.untaken.empty());
}

TEST_CASE("no handler is called once the orchestration has returned or continues",
          "[updates][continue-as-new]") {
  const bool continues = GENERATE(true, false);
  const auto code = [continues](OrchestrationContext ctx) -> Task<std::string> {
    int calls = 0;
    ctx.on_update<std::string, int>("Call", [&](const std::string&) { return ++calls; });
    co_await ctx.wait_for_external_event("End");
    if (continues) {
      co_await ctx.continue_as_new("");
    }
    co_return std::to_string(calls);
  };
  Harness harness(both_ways(), code);
  (void)harness.start();
  const auto turn = harness.turn({Harness::raised("End", ""), asked("a", "Call", "")});
  CHECK(turn.updates.empty());
  CHECK(turn.is_terminal());
  CHECK(turn.untaken.size() == (continues ? 0 : 1));
}

TEST_CASE("a handler must not ask for what would have to be awaited", "[updates][errors]") {
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    const auto act = [ctx](const std::string& what) mutable {
      if (what == "activity") {
        (void)ctx.schedule_activity("A");
      } else if (what == "retry") {
        (void)ctx.schedule_activity("A", "", ActivityOptions().retry(RetryPolicy()));
      } else if (what == "wait") {
        (void)ctx.wait_until([] { return true; });
      } else if (what == "next") {
        (void)ctx.continue_as_new("");
      }
      return what;
    };
    ctx.on_update<std::string, std::string>("Act", act);
    text = co_await ctx.wait_for_external_event("End");
    co_return text;
  };
  Harness harness(both_ways(), code);
  (void)harness.start();
  const auto turn = harness.turn({asked("a", "Act", "activity"), asked("b", "Act", "retry"),
                                  asked("c", "Act", "wait"), asked("d", "Act", "next"),
                                  asked("e", "Act", "nothing")});
  const auto texts = texts_of(turn);
  REQUIRE(texts.size() == 5);
  const Types words{"ask for what would have to be awaited",
                    "ask for what would have to be awaited", "wait until something holds",
                    "continue as new"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    CHECK_THAT(texts[i], Contains("the handler of an update must not " + words[i]));
  }
  CHECK(texts[4] == "e=nothing");
  CHECK(turn.activities.empty());
  CHECK(output_of(harness.turn(Harness::raised("End", "ok"))) == "ok");
}

TEST_CASE("validators and conditions must not use the context", "[updates][errors]") {
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    const auto check = [ctx](const std::string&) mutable { ctx.set_value("k", "v"); };
    ctx.on_update<std::string, void>(
        "Act", [](const std::string&) {}, check);
    text = co_await ctx.wait_for_external_event("Go");
    const auto looks = [ctx]() mutable { return ctx.new_guid().empty(); };
    try {
      co_await ctx.wait_until(looks);
    } catch (const OrchestrationError& error) {
      text = error.details().message;
    }
    co_return text;
  };
  Harness harness(both_ways(), code);
  (void)harness.start();
  CHECK_THAT(text_of(answer_of(harness.turn(asked("a", "Act", "")))),
             Contains("the validator of an update must not use the context"));
  CHECK_THAT(output_of(harness.turn(Harness::raised("Go", ""))),
             Contains("a function given to wait_until must not use the context"));
}

TEST_CASE("wait_until goes on when something else makes it true, and can be raced",
          "[updates][combinators]") {
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    int seen = 0;
    const auto count = [&](const std::string&) { return ++seen; };
    ctx.on_update<std::string, int>("Count", count);
    const auto two = [&] { return seen >= 2; };
    const auto at_once = [] { return true; };
    co_await ctx.wait_until(at_once);
    const auto first = co_await when_any(ctx.wait_until(two), ctx.schedule_timer(1h));
    const auto four = [&] { return seen >= 4; };
    const auto second = co_await when_any(ctx.wait_until(four), ctx.schedule_timer(1h));
    co_return std::to_string(first.index()) + std::to_string(second.index()) + std::to_string(seen);
  };
  Harness harness(both_ways(), code);
  (void)harness.start();
  (void)harness.turn(asked("a", "Count", ""));
  const auto won = harness.turn(asked("b", "Count", ""));
  CHECK(won.cancelled_timers.size() == 1);
  (void)harness.turn(asked("c", "Count", ""));
  std::uint64_t timer = 0;
  for (const Event& event : harness.history()) {
    timer = std::holds_alternative<event::TimerCreated>(event.kind) ? event.event_id : timer;
  }
  CHECK(output_of(harness.turn(harness.timer_fired(timer))) == "013");
}

TEST_CASE("a condition that throws fails its await", "[updates][errors]") {
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    bool throws = false;
    ctx.on_update<std::string, void>("Throw", [&](const std::string&) { throws = true; });
    const auto looks = [&]() -> bool {
      return throws ? throw std::runtime_error("cannot look") : false;
    };
    const auto looked = co_await ctx.wait_until(looks).as_result();
    co_return looked ? "?" : looked.error().message;
  };
  Harness harness(both_ways(), code);
  (void)harness.start();
  CHECK(output_of(harness.turn(asked("a", "Throw", ""))) == "cannot look");
}

TEST_CASE("a cancellation reaches code that waits for an update", "[updates][cancellation]") {
  Harness harness(both_ways(), sums_up);
  (void)harness.start();
  const auto turn = harness.turn(
      {asked("a", "Add", "1"), work::CancelInstance{"i", "enough"}, asked("b", "Add", "1")});
  CHECK(texts_of(turn) == Types{"a=1"});
  CHECK(failure_of(turn).is_cancelled());
  CHECK(turn.untaken == std::vector<std::uint64_t>{2});
}

TEST_CASE("code whose handler decides otherwise is told apart from its history",
          "[updates][nondeterminism]") {
  Harness harness(Residency::rebuilt, records);
  (void)harness.start();
  (void)harness.turn(asked("a", "Note", "one"));
  SECTION("another step in the handler") {
    harness.swap_code([](OrchestrationContext ctx) -> Task<std::string> {
      std::string text;
      const auto note = [ctx](const std::string& what) mutable {
        ctx.set_value("first", what);
        return what;
      };
      ctx.on_update<std::string, std::string>("Note", note);
      text = co_await ctx.wait_for_external_event("End");
      co_return text;
    });
    const auto failed = failure_of(harness.turn(Harness::raised("End", "")));
    CHECK(failed.kind == ErrorKind::nondeterminism);
    CHECK_THAT(failed.message, Contains("KeyValueSet"));
  }
  SECTION("no handler any more") {
    harness.swap_code([](OrchestrationContext ctx) -> Task<std::string> {
      std::string text = co_await ctx.wait_for_external_event("End");
      co_return text;
    });
    const auto failed = failure_of(harness.turn(Harness::raised("End", "")));
    CHECK(failed.kind == ErrorKind::nondeterminism);
    CHECK_THAT(failed.message, Contains("is recorded as KeyValueSet"));
  }
}

TEST_CASE("typed handles, answers of nothing, and errors of the user's types", "[updates]") {
  static constexpr Update<int, std::string> name_of{"NameOf"};
  static constexpr Update<std::string, void> forget{"Forget"};
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    const auto name = [](int number) -> Result<std::string, ApplicationError> {
      if (number == 0) {
        return failure(ApplicationError("nothing has no name").do_not_retry());
      }
      return std::string(static_cast<std::size_t>(number), 'I');
    };
    ctx.on_update(name_of, name);
    ctx.on_update(forget, [&](const std::string&) { text.clear(); });
    ctx.on_update<int, Nothing>("Replaced", [](int) { return Nothing(); });
    ctx.on_update<int, int>("Replaced", [](int number) { return -number; });
    text = co_await ctx.wait_for_external_event("End");
    co_return text;
  };
  Harness harness(both_ways(), code);
  (void)harness.start();
  const auto turn = harness.turn({asked("a", "NameOf", "3"), asked("b", "NameOf", "0"),
                                  asked("c", "Forget", "x"), asked("d", "Replaced", "4")});
  CHECK(texts_of(turn) == Types{"a=III", "b=!nothing has no name", "c=", "d=-4"});
  CHECK(turn.updates[1].error->do_not_retry);
}

TEST_CASE("a wrong name of an update is refused", "[updates][errors]") {
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    try {
      ctx.on_update<int, int>("", [](int number) { return number; });
    } catch (const OrchestrationError& error) {
      text = error.details().message;
    }
    co_return text;
  };
  Harness harness(Residency::resident, code);
  CHECK(output_of(harness.start()) == "the update name is empty");
}

}  // namespace duroxide::updates_test
