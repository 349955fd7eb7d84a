// Recorded histories against the code of today.

#include <sstream>

#include <catch2/catch.hpp>

#include "testing/order.hpp"

namespace duroxide::replay_test {

using namespace duroxide::order;
using testkit::Registrations;
using testkit::replay;
using testkit::replay_json;
using testkit::ReplayReport;
using testkit::TestSystem;

namespace {

using Code = Task<std::string> (*)(OrchestrationContext, std::string);

/// What is registered: one orchestration, and the activities that it calls.
Registrations with(Code code, std::string version = "1.0.0") {
  return [code, version](Runtime& runtime) {
    runtime.register_versioned("Code", version, code)
        .register_activity("A", [](const std::string& input) { return "a " + input; })
        .register_activity("B", [](const std::string& input) -> std::string {
          throw std::runtime_error("b " + input);
        });
  };
}

/// One activity, a recorded time, a wait with a deadline that is closed at the end, and its result.
Task<std::string> recorded(OrchestrationContext ctx, std::string input) {
  const std::string first = co_await ctx.schedule_activity("A", input);
  const Timestamp now = ctx.utc_now();
  auto deadline = ctx.schedule_timer(1h);
  const std::string said = co_await ctx.wait_for_external_event("Go");
  const std::string id = ctx.new_guid();
  co_return first + said + std::to_string(to_milliseconds(now)) + id;
}

/// The export of an instance that has run `code`, as far as it goes.
std::string export_of(const Registrations& code) {
  TestSystem test(code);
  test.start("i", "Code", "x");
  if (!test.status("i").is_terminal()) {
    test.raise_event("i", "Go");
  }
  return test.exported("i");
}

/// The only divergence.
testkit::Divergence parting_of(const ReplayReport& report) {
  INFO(report);
  CHECK_FALSE(report);
  REQUIRE(report.divergences().size() == 1);
  return report.divergences().front();
}

}  // namespace

TEST_CASE("replay: the code that has made a history does what it says, to its end", "[replayer]") {
  const ReplayReport report = replay_json(with(recorded), export_of(with(recorded)));
  CHECK(report);
  CHECK(report.instances() == 1);
  CHECK(report.executions() == 1);
  CHECK(report.events() == 10);
  CHECK(report.to_string() == "1 instance, 1 execution, 10 events: the code does what they say");
}

TEST_CASE("replay: the first event that parts is told, with the inputs of both sides",
          "[replayer][nondeterminism]") {
  const std::string history = export_of(with(recorded));
  SECTION("another input") {
    const auto parting = parting_of(
        replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                      const std::string first = co_await ctx.schedule_activity("A", input + "y");
                      co_return first;
                    }),
                    history));
    CHECK(parting.event_id == 2);
    CHECK(parting.recorded == "ActivityScheduled(name `A`, input `x`)");
    CHECK(parting.attempted == "ActivityScheduled(name `A`, input `xy`)");
    CHECK(
        parting.to_string() ==
        "instance i, execution 1 of Code 1.0.0: event 2 is recorded as ActivityScheduled(name `A`, "
        "input `x`), but the code does ActivityScheduled(name `A`, input `xy`)");
  }
  SECTION("a step that is missing") {
    const auto parting = parting_of(
        replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                      const std::string first = co_await ctx.schedule_activity("A", input);
                      const std::string said = co_await ctx.wait_for_external_event("Go");
                      co_return first + said;
                    }),
                    history));
    CHECK(parting.event_id == 4);
    CHECK_THAT(parting.recorded, Catch::StartsWith("UtcNowRecorded(time 2023-11-14T"));
    CHECK(parting.attempted == "ExternalSubscribed(name `Go`)");
  }
  SECTION("an end that comes too soon") {
    const auto parting = parting_of(
        replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                      const std::string first = co_await ctx.schedule_activity("A", input);
                      co_return first;
                    }),
                    history));
    CHECK(parting.event_id == 4);
    CHECK(parting.attempted == "nothing more: it had ended");
  }
}

TEST_CASE("replay: what lies behind the last event that came is compared too", "[replayer]") {
  const auto recorded_short =
      with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
        const std::string first = co_await ctx.schedule_activity("A", input);
        co_return first;
      });
  const std::string history = export_of(recorded_short);
  CHECK(replay_json(recorded_short, history));
  SECTION("another result") {
    const auto parting = parting_of(
        replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                      const std::string first = co_await ctx.schedule_activity("A", input);
                      co_return first + "!";
                    }),
                    history));
    CHECK(parting.event_id == 4);
    CHECK(parting.recorded == "OrchestrationCompleted(output `a x`)");
    CHECK(parting.attempted == "OrchestrationCompleted(output `a x!`)");
  }
  SECTION("a failure instead") {
    const auto parting = parting_of(
        replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                      const std::string first = co_await ctx.schedule_activity("A", input);
                      throw std::runtime_error("not " + first);
                    }),
                    history));
    CHECK(parting.attempted == "OrchestrationFailed(details `not a x`)");
  }
  SECTION("a step more") {
    const auto parting = parting_of(
        replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                      const std::string first = co_await ctx.schedule_activity("A", input);
                      const std::string second = co_await ctx.schedule_activity("B", first);
                      co_return second;
                    }),
                    history));
    CHECK(parting.event_id == 4);
    CHECK(parting.attempted == "ActivityScheduled(name `B`, input `a x`)");
  }
}

TEST_CASE("replay: an instance that still runs", "[replayer]") {
  const auto code = with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    const std::string first = co_await ctx.schedule_activity("A", input);
    const std::string said = co_await ctx.wait_for_external_event("Later");
    co_return first + said;
  });
  TestSystem test(code);
  test.start("i", "Code", "x");
  const std::string history = test.exported("i");
  CHECK(replay_json(code, history));
  const auto more = with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    const std::string first = co_await ctx.schedule_activity("A", input);
    auto later = ctx.wait_for_external_event("Later");
    ctx.set_custom_status("waits");
    const std::string said = co_await std::move(later);
    co_return first + said;
  });
  const auto parting = parting_of(replay_json(more, history));
  CHECK(parting.event_id == 5);
  CHECK(parting.recorded == "nothing more: it waits");
  CHECK(parting.attempted == "CustomStatusUpdated(status `waits`)");
}

namespace {

/// As `ended_late`, with more in a patch in its last turn.
Task<std::string> patched_late(OrchestrationContext ctx, std::string input) {
  std::string text = co_await ctx.schedule_activity("A", input);
  if (ctx.patched("more")) {
    text = co_await ctx.schedule_activity("A", text);
  }
  co_return text;
}

Task<std::string> ended_late(OrchestrationContext ctx, std::string input) {
  std::string text = co_await ctx.schedule_activity("A", input);
  co_return text;
}

}  // namespace

TEST_CASE("replay: a patch is off where an execution has passed it, up to its end",
          "[replayer][versioning]") {
  const std::string before = export_of(with(ended_late));
  const std::string after = export_of(with(patched_late));
  CHECK(replay_json(with(patched_late), before));
  CHECK(replay_json(with(patched_late), after));
  CHECK(parting_of(replay_json(with(ended_late), after)).event_id == 4);
}

TEST_CASE("replay: a patch is on where a running instance comes to new code",
          "[replayer][versioning]") {
  const std::string history = [] {
    TestSystem test(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
      auto later = ctx.wait_for_external_event("Later");
      const std::string said = co_await std::move(later);
      co_return input + said;
    }));
    test.start("i", "Code", "x");
    return test.exported("i");
  }();
  CHECK(replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                      auto later = ctx.wait_for_external_event("Later");
                      if (ctx.patched("told")) {
                        ctx.set_custom_status("waits");
                      }
                      const std::string said = co_await std::move(later);
                      co_return input + said;
                    }),
                    history));
  const auto parting = parting_of(
      replay_json(with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
                    auto later = ctx.wait_for_external_event("Later");
                    ctx.set_custom_status("waits");
                    const bool is_told = ctx.patched("told");
                    const std::string said = co_await std::move(later);
                    co_return input + said + (is_told ? "!" : "");
                  }),
                  history));
  CHECK(parting.event_id == 3);
}

TEST_CASE("replay: failures, cancellations and ends that the code was not asked for",
          "[replayer]") {
  const auto code = with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    std::string cleaned;
    try {
      (void)co_await ctx.wait_for_external_event("Later");
    } catch (const OrchestrationCancelled&) {
      cleaned = input;
    }
    const auto shield = ctx.shield();
    cleaned = co_await ctx.schedule_activity(cleaned.empty() ? "B" : "A", cleaned);
    co_return cleaned;
  });
  TestSystem test(code);
  SECTION("failed by its activity") {
    test.start("i", "Code", "x");
    test.raise_event("i", "Later");
    CHECK(test.status("i").to_string() == "Failed: b ");
  }
  SECTION("cancelled, and cleaned up") {
    test.start("i", "Code", "x");
    test.cancel("i", "enough");
    CHECK(test.status("i").is_cancelled());
    CHECK(test.history("i").has<event::ActivityCompleted>("A"));
  }
  SECTION("cancelled before its code has run") {
    test.start("i", "Code", "x", StartOptions().delay(1h));
    test.cancel("i", "enough");
    CHECK(test.wait("i").is_cancelled());
  }
  SECTION("terminated by an operator") {
    test.start("i", "Code", "x");
    CHECK(test.client().management().value().terminate_instance("i", "enough"));
    CHECK(test.status("i").is_cancelled());
    CHECK_FALSE(test.history("i").has<event::ActivityScheduled>());
  }
  INFO(test.history("i"));
  CHECK(replay_json(code, test.exported("i")));
}

TEST_CASE("replay: ends that no code was there for", "[replayer][registration]") {
  TestSystem test;
  SECTION("terminated before the first turn") {
    test.start("i", "Code", "x");
    CHECK(test.client().management().value().terminate_instance("i", "enough"));
    CHECK(test.history("i").one<event::OrchestrationStarted>().version.empty());
  }
  SECTION("cancelled with open steps") {
    InstanceExport exported = instance_from_json(export_of(with(recorded))).value();
    auto& events = exported.executions.at(0).events;
    // The timer and the wait are open; then it is cancelled, and its code is not asked.
    events.resize(6);
    const Timestamp at = events.back().timestamp;
    events.push_back({7, 0, at, event::OrchestrationCancelRequested{"enough"}});
    for (const Event& each : std::vector<Event>(events)) {
      const std::string reason = "the orchestration has ended";
      if (std::holds_alternative<event::TimerCreated>(each.kind)) {
        events.push_back({events.size() + 1, each.event_id, at, event::TimerCancelled{reason}});
      } else if (std::holds_alternative<event::ExternalSubscribed>(each.kind)) {
        events.push_back(
            {events.size() + 1, each.event_id, at, event::ExternalSubscribedCancelled{reason}});
      }
    }
    events.push_back(
        {events.size() + 1, 0, at,
         event::OrchestrationFailed{application_error(ErrorKind::cancelled, "enough", "i")}});
    const auto cleans = with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
      std::string said = co_await ctx.schedule_activity("A", input);
      (void)ctx.utc_now();
      auto deadline = ctx.schedule_timer(1h);
      try {
        said = co_await ctx.wait_for_external_event("Go");
      } catch (const OrchestrationCancelled&) {
        said = "cancelled";
      }
      const auto shield = ctx.shield();
      (void)co_await ctx.schedule_activity("A", said);
      co_return said;
    });
    CHECK(replay(with(recorded), exported));
    CHECK(replay(cleans, exported));
    return;
  }
  CHECK(replay_json(with(recorded), test.exported("i")));
}

TEST_CASE("replay: the limits of the runtime hold", "[replayer][limits][values]") {
  const auto code = with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    std::string kept = "kept";
    try {
      ctx.set_value("k", input + "y");
    } catch (const OrchestrationError&) {
      kept = "too long";
    }
    co_return kept;
  });
  const RuntimeOptions options = RuntimeOptions().max_value_bytes(1).log_sink({});
  TestSystem test(code, testkit::TestOptions().runtime(options));
  CHECK(test.run("i", "Code", "x").output() == "too long");
  CHECK(replay_json(code, test.exported("i"), options));
  CHECK_FALSE(replay_json(code, test.exported("i")));
}

TEST_CASE("replay: what a newer release has begun cannot be run", "[replayer][versioning]") {
  InstanceExport exported = instance_from_json(export_of(with(recorded))).value();
  auto& first = exported.executions.at(0).events.front().kind;
  std::get<event::OrchestrationStarted>(first).engine_flags |= std::uint64_t{1} << 62U;
  const auto parting = parting_of(replay(with(recorded), exported));
  CHECK(parting.event_id == 0);
  CHECK_THAT(parting.to_string(), Catch::Contains("begun by a newer release of the engine"));
}

TEST_CASE("replay: what an engine has failed is compared up to there", "[replayer][limits]") {
  TestSystem test(with(recorded),
                  testkit::TestOptions().runtime(RuntimeOptions().history_limit(4).log_sink({})));
  test.start("i", "Code", "x");
  REQUIRE(test.status("i").error() != nullptr);
  CHECK(test.status("i").error()->kind == ErrorKind::limit_exceeded);
  CHECK(replay_json(with(recorded), test.exported("i")));
}

TEST_CASE("replay: an instance that has failed of its code parts from that code, and from no other",
          "[replayer][nondeterminism]") {
  const auto sound = with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    const std::string first = co_await ctx.schedule_activity("A", input);
    const std::string said = co_await ctx.wait_for_external_event("Go");
    co_return first + said;
  });
  const auto broken = with([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    const std::string first = co_await ctx.schedule_activity("A", input + "y");
    const std::string said = co_await ctx.wait_for_external_event("Go");
    co_return first + said;
  });
  TestSystem test;
  bool is_broken = false;
  test.register_orchestration("Code", [&is_broken](OrchestrationContext ctx) -> Task<std::string> {
    const std::string input = is_broken ? "xy" : "x";
    const std::string first = co_await ctx.schedule_activity("A", input);
    const std::string said = co_await ctx.wait_for_external_event("Go");
    co_return first + said;
  });
  test.mock_activity("A").returns("a");
  test.start("i", "Code", "x");
  is_broken = true;
  test.raise_event("i", "Go");
  REQUIRE(test.status("i").error() != nullptr);
  REQUIRE(test.status("i").error()->kind == ErrorKind::nondeterminism);
  const std::string history = test.exported("i");
  CHECK(replay_json(sound, history));
  const auto parting = parting_of(replay_json(broken, history));
  CHECK(parting.event_id == 2);
  CHECK(parting.attempted == "ActivityScheduled(name `A`, input `xy`)");
}

TEST_CASE("replay: every execution, and children in the same document",
          "[replayer][continue-as-new][children]") {
  const Registrations code = [](Runtime& runtime) {
    register_all(runtime);
    runtime.register_orchestration(
        "Rounds", [](OrchestrationContext ctx, int left) -> Task<std::string> {
          const std::string end = co_await ctx.schedule_sub_orchestration("Order", left);
          if (left > 1) {
            co_await ctx.continue_as_new(left - 1);
          }
          co_return end;
        });
  };
  TestSystem test(code);
  CHECK(test.run("rounds", "Rounds", 3).output() == "refunded receipt 1");
  std::string documents;
  for (const auto& [instance, outcome] : test.outcomes()) {
    documents += (documents.empty() ? "[" : ",") + test.exported(instance);
  }
  const ReplayReport report = replay_json(code, documents + "]");
  CHECK(report);
  CHECK(report.instances() == 4);
  CHECK(report.executions() == 6);

  const Registrations changed = [&code](Runtime& runtime) {
    code(runtime);
    runtime.register_versioned(
        "Order", "1.0.1", [](OrchestrationContext ctx, int cents) -> Task<std::string> {
          const std::string end = co_await ctx.schedule_activity("Refund", cents);
          co_return end;
        });
  };
  CHECK(replay_json(changed, documents + "]"));  // a version of its own changes nothing for these
}

TEST_CASE("replay: what cannot be run is told", "[replayer][errors]") {
  const std::string history = export_of(with(recorded));
  SECTION("a version that is not registered") {
    const auto parting = parting_of(replay_json(with(recorded, "2.0.0"), history));
    CHECK(parting.event_id == 0);
    CHECK(parting.to_string() ==
          "instance i, execution 1 of Code 1.0.0: its code cannot be run: orchestration Code 1.0.0 "
          "is not registered; registered versions: 2.0.0");
  }
  SECTION("a mistake in the registrations") {
    const auto parting = parting_of(replay_json(
        [](Runtime& runtime) {
          with(recorded)(runtime);
          with(recorded)(runtime);
        },
        history));
    CHECK_THAT(parting.attempted, Catch::Contains("orchestration Code 1.0.0 is registered twice"));
  }
  SECTION("a history that nobody can have written") {
    InstanceExport exported = instance_from_json(history).value();
    exported.executions.at(0).events.erase(exported.executions.at(0).events.begin() + 1);
    const auto parting = parting_of(replay(with(recorded), exported));
    CHECK(parting.event_id == 0);
    CHECK_THAT(parting.attempted, Catch::Contains("is damaged"));
  }
  SECTION("an end without a beginning") {
    InstanceExport exported = instance_from_json(history).value();
    auto& events = exported.executions.at(0).events;
    events.erase(events.begin(), events.end() - 1);
    CHECK(parting_of(replay(with(recorded), exported)).event_id == 0);
  }
  SECTION("nothing has begun: nothing to run") {
    TestSystem test(with(recorded));
    test.start("i", "Code", "x", StartOptions().delay(1h));
    CHECK(replay_json(with(recorded), test.exported("i")));
  }
}

TEST_CASE("replay: what registrations throw is thrown on", "[replayer][errors]") {
  const Registrations broken = [](Runtime& runtime) {
    with(recorded)(runtime);
    throw std::runtime_error("no configuration");
  };
  const std::string history = export_of(with(recorded));
  CHECK_THROWS_WITH(replay_json(broken, history), "no configuration");
}

TEST_CASE("replay: a report prints what parts", "[replayer]") {
  const ReplayReport report = replay_json(with(recorded, "2.0.0"), export_of(with(recorded)));
  std::ostringstream printed;
  printed << report;
  CHECK_THAT(
      printed.str(),
      Catch::StartsWith("1 instance, 1 execution, 10 events: 1 execution from which the code "
                        "parts\ninstance i, execution 1"));
}

}  // namespace duroxide::replay_test
