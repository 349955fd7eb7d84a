// The orchestrator: one turn after another, and what it tells the store.

#include "runtime/orchestrator.hpp"
#include "fixture.hpp"
#include "runtime/turn_services.hpp"

namespace duroxide::orchestrator_test {

using namespace duroxide::runtime;
using namespace duroxide::runtime::test;
using Kind = TurnEnded::Kind;

namespace {

Task<std::string> one_activity(OrchestrationContext context) {
  auto result = co_await context.schedule_activity("Work", "in");
  co_return "got " + result;
}

struct OrchestratorFixture : Fixture {
  using Fixture::Fixture;

  OrchestratorActor orchestrator = spawn();

  OrchestratorActor spawn() {
    return system.get().spawn<Orchestrator>(environment, make_turn_services(environment), "i");
  }

  /// Runs a turn and returns how it ended.
  TurnEnded turn(provider::OrchestrationItem item, bool keep_resident = true) {
    const auto ended = ask<TurnEnded>(orchestrator, RunTurn{std::move(item), keep_resident});
    REQUIRE(*ended);
    return **ended;
  }
  WorkItem completed(std::uint64_t id = 2) { return work::ActivityCompleted{"i", 1, id, "done"}; }
  provider::AckOrchestrationItem acknowledged() {
    return provider.answer<provider::AckOrchestrationItem>(Done());
  }
  void refuse(ProviderError::Kind kind) {
    provider.answer<provider::AckOrchestrationItem>(Done(failure(provider_error(kind))));
  }
};

}  // namespace

TEST_CASE("a turn is acknowledged with everything it decided", "[turns]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  auto item = start_item("i", "O");
  CHECK(f.turn(item).kind == Kind::resident);
  const auto ack = f.acknowledged();
  CHECK(ack.lock_token == item.lock_token);
  CHECK(ack.execution_id == 1);
  CHECK(ack.stays_resident);
  REQUIRE(ack.events.size() == 2);
  CHECK(event_type(ack.events[0].kind) == "OrchestrationStarted");
  REQUIRE(ack.worker_items.size() == 1);
  CHECK(ack.worker_items[0].name == "Work");
  CHECK(ack.metadata.orchestration_name == "O");
  CHECK(ack.metadata.orchestration_version == "1.0.0");
  CHECK(ack.metadata.status == ExecutionStatus::running);
}

TEST_CASE("a resident orchestrator goes on without its history", "[turns][residency]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  f.acknowledged();
  CHECK(f.turn(next_item("i", 2, f.completed())).kind == Kind::gone);
  const auto ack = f.acknowledged();
  CHECK(ack.metadata.status == ExecutionStatus::completed);
  CHECK(ack.metadata.output == "got done");
  CHECK_FALSE(ack.stays_resident);
  CHECK(actors::has_ended(f.orchestrator));
}

TEST_CASE("the answer to a turn does not wait for the store", "[turns]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  CHECK(f.turn(start_item("i", "O")).kind == Kind::resident);
  CHECK(f.provider.count<provider::AckOrchestrationItem>() == 1);
  SECTION("and the next turn may follow before it has answered") {
    CHECK(f.turn(next_item("i", 2, f.completed())).kind == Kind::gone);
    CHECK(f.provider.count<provider::AckOrchestrationItem>() == 2);
    CHECK_FALSE(actors::has_ended(f.orchestrator));
    f.acknowledged();
    f.acknowledged();
    CHECK(actors::has_ended(f.orchestrator));
  }
}

TEST_CASE("an orchestrator is rebuilt from a history that comes with the item",
          "[turns][residency][replay]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  auto item = next_item("i", 2, f.completed());
  item.history = f.acknowledged().events;
  item.history_included = true;
  SECTION("in a new actor") {
    f.orchestrator = f.spawn();
  }
  SECTION("in one that was ahead of the disk") {}
  CHECK(f.turn(item).kind == Kind::gone);
  CHECK(f.acknowledged().metadata.output == "got done");
}

TEST_CASE("without the history it needs an orchestrator asks for it", "[turns][residency]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  SECTION("because it has nothing") {}
  SECTION("because it has more than the disk") {
    f.turn(start_item("i", "O"));
    f.acknowledged();
  }
  CHECK(f.turn(next_item("i", 1, f.completed())).kind == Kind::history_missing);
  CHECK(f.provider.count<provider::AckOrchestrationItem>() == 0);
}

TEST_CASE("a resident orchestrator has another execution than the item", "[turns][residency]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  f.acknowledged();
  auto item = next_item("i", 2, f.completed());
  item.execution_id = 2;
  CHECK(f.turn(item).kind == Kind::history_missing);
}

TEST_CASE("a refused turn leaves nothing behind in memory", "[turns][residency]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  SECTION("by a void lease: the store hands the item out again by itself") {
    f.refuse(ProviderError::Kind::invalid_lock_token);
    CHECK(f.provider.count<provider::AbandonOrchestrationItem>() == 0);
  }
  SECTION("by another error: the lease is given back, and the attempt counts") {
    f.refuse(ProviderError::Kind::storage);
    const auto abandon = f.provider.answer<provider::AbandonOrchestrationItem>(Done());
    CHECK_FALSE(abandon.ignore_attempt);
    CHECK(abandon.delay > Milliseconds(0));
    CHECK(f.logged.size() == 1);
  }
  CHECK(f.turn(next_item("i", 2, f.completed())).kind == Kind::history_missing);
}

TEST_CASE("a closed store is noticed", "[turns]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  f.refuse(ProviderError::Kind::closed);
  CHECK_FALSE(*f.environment->store_works);
}

TEST_CASE("without residency an orchestrator ends after its turn", "[turns][residency]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  CHECK(f.turn(start_item("i", "O"), false).kind == Kind::gone);
  CHECK_FALSE(f.acknowledged().stays_resident);
  CHECK(actors::has_ended(f.orchestrator));
}

TEST_CASE("versions: the newest for a start, the one asked for, the pinned one",
          "[turns][versioning]") {
  OrchestratorFixture f;
  const auto version = [](OrchestrationContext context) -> Task<std::string> {
    const std::string text = context.version();
    co_await context.wait_for_external_event("never");
    co_return text;
  };
  f.orchestration("O", version, "1.0.0");
  f.orchestration("O", version, "1.10.0");
  f.orchestration("O", version, "1.9.0");
  SECTION("newest") {
    f.turn(start_item("i", "O"));
    CHECK(f.acknowledged().metadata.orchestration_version == "1.10.0");
  }
  SECTION("asked for") {
    f.turn(start_item("i", "O", "1.9.0"));
    CHECK(f.acknowledged().metadata.orchestration_version == "1.9.0");
  }
  SECTION("pinned") {
    f.turn(start_item("i", "O", "1.0.0"));
    auto item = next_item("i", 2, work::ExternalRaised{"i", "other", ""});
    item.history = f.acknowledged().events;
    item.history_included = true;
    f.orchestrator = f.spawn();
    f.turn(item);
    CHECK(f.acknowledged().metadata.orchestration_version == "1.0.0");
  }
}

TEST_CASE("code that is not registered leaves the item leased", "[turns][registration]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  SECTION("a name") {
    const auto ended = f.turn(start_item("i", "P"));
    CHECK(ended.kind == Kind::not_registered);
    CHECK(ended.missing.waiting_for() == "waiting for registration of orchestration P");
    CHECK(ended.missing.registered == "registered orchestrations: O");
  }
  SECTION("a version") {
    const auto ended = f.turn(start_item("i", "O", "2.0.0"));
    CHECK(ended.missing.waiting_for() == "waiting for registration of orchestration O 2.0.0");
    CHECK(ended.missing.registered == "registered versions: 1.0.0");
  }
  CHECK(f.provider.count<provider::AckOrchestrationItem>() == 0);
}

TEST_CASE("a message delivered too often fails the instance", "[turns][poison]") {
  OrchestratorFixture f(RuntimeOptions().max_attempts(3).on_poison(PoisonPolicy::fail));
  auto item = start_item("i", "O");
  std::get<work::StartOrchestration>(item.messages[0]).input = "secret";
  item.attempt_count = 4;
  SECTION("also when there is no code for it") {}
  SECTION("without running its code") {
    f.orchestration("O", [](OrchestrationContext) -> Task<std::string> {
      FAIL("was run");
      co_return "";
    });
  }
  CHECK(f.turn(item).kind == Kind::gone);
  const auto ack = f.acknowledged();
  CHECK(ack.metadata.status == ExecutionStatus::failed);
  REQUIRE(ack.metadata.failure);
  CHECK(ack.metadata.failure->category == ErrorCategory::poison);
  CHECK(ack.metadata.failure->kind == ErrorKind::poisoned_orchestration);
  CHECK(ack.metadata.failure->attempts == 4);
  CHECK(ack.metadata.failure->max_attempts == 3);
  CHECK(ack.metadata.failure->subject == "i");
  CHECK_THAT(ack.metadata.failure->to_string(),
             Catch::Contains("instance i (O)") && Catch::Contains("3 times") &&
                 Catch::Contains("3 attempts") && !Catch::Contains("secret"));
  CHECK(is_terminal(ack.events.back().kind));
}

TEST_CASE("a poisoned instance with a history fails behind it", "[turns][poison]") {
  OrchestratorFixture f(RuntimeOptions().on_poison(PoisonPolicy::fail));
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  auto item = next_item("i", 2, f.completed());
  item.attempt_count = 11;
  SECTION("resident") {
    f.acknowledged();
  }
  SECTION("not resident") {
    item.history = f.acknowledged().events;
    item.history_included = true;
    f.orchestrator = f.spawn();
  }
  f.turn(item);
  const auto ack = f.acknowledged();
  REQUIRE_FALSE(ack.events.empty());
  CHECK(ack.events.front().event_id == 3);
  CHECK(ack.cancelled_activities == std::vector<std::uint64_t>{2});
}

TEST_CASE("a message delivered too often puts the instance into quarantine",
          "[turns][poison][quarantine]") {
  OrchestratorFixture f(RuntimeOptions().max_attempts(3));
  bool began = false;
  f.orchestration("O", [&began](OrchestrationContext context) -> Task<std::string> {
    began = true;
    auto result = co_await context.schedule_activity("Work", "in");
    co_return result;
  });
  auto item = start_item("i", "O");
  SECTION("before its first turn") {
    std::get<work::StartOrchestration>(item.messages[0]).input = "secret";
  }
  SECTION("later, in a new process") {
    f.turn(item);
    item = next_item("i", 2, f.completed());
    item.history = f.acknowledged().events;
    item.history_included = true;
    f.orchestrator = f.spawn();
  }
  SECTION("later, resident") {
    f.turn(item);
    f.acknowledged();
    item = next_item("i", 2, f.completed());
  }
  began = false;
  item.attempt_count = 4;
  CHECK(f.turn(item).kind == Kind::gone);
  CHECK_FALSE(began);
  const auto abandon = f.provider.answer<provider::AbandonOrchestrationItem>(Done());
  CHECK(abandon.lock_token == item.lock_token);
  REQUIRE(abandon.quarantine);
  CHECK_THAT(*abandon.quarantine, Catch::Contains("instance i (O)") && Catch::Contains("3 times") &&
                                      !Catch::Contains("secret"));
  CHECK(f.provider.count<provider::AckOrchestrationItem>() == 0);
  REQUIRE(f.logged.size() == 1);
  CHECK(f.logged[0].level == LogLevel::error);
  CHECK(actors::has_ended(f.orchestrator));
}

TEST_CASE("as many deliveries as are allowed are not too many", "[turns][poison]") {
  OrchestratorFixture f(RuntimeOptions().max_attempts(3));
  f.orchestration("O", one_activity);
  auto item = start_item("i", "O");
  item.attempt_count = 3;
  CHECK(f.turn(item).kind == Kind::resident);
  CHECK(f.acknowledged().metadata.status == ExecutionStatus::running);
}

TEST_CASE("an instance in quarantine that is cancelled ends without its code",
          "[turns][quarantine][cancellation]") {
  const auto attempts = GENERATE(1U, 5U);
  OrchestratorFixture f(RuntimeOptions().max_attempts(3));
  bool began = false;
  f.orchestration("O", [&began](OrchestrationContext context) -> Task<std::string> {
    began = true;
    auto result = co_await context.schedule_activity("Work", "in");
    co_return result;
  });
  auto item = start_item("i", "O");
  std::vector<std::uint64_t> open;
  SECTION("before its first turn") {}
  SECTION("later") {
    f.turn(item);
    item = next_item("i", 2, f.completed());
    item.history = f.acknowledged().events;
    item.history_included = true;
    f.orchestrator = f.spawn();
    open = {2};
  }
  began = false;
  item.messages.push_back(work::CancelInstance{"i", "enough"});
  item.quarantined = true;
  item.attempt_count = attempts;
  CHECK(f.turn(item).kind == Kind::gone);
  CHECK_FALSE(began);
  const auto ack = f.acknowledged();
  CHECK(ack.metadata.status == ExecutionStatus::cancelled);
  REQUIRE(ack.metadata.failure);
  CHECK(ack.metadata.failure->is_cancelled());
  CHECK(ack.metadata.failure->message == "enough");
  CHECK(ack.cancelled_activities == open);
  CHECK(event_type(ack.events.back().kind) == "OrchestrationFailed");
  CHECK(f.provider.count<provider::AbandonOrchestrationItem>() == 0);
}

TEST_CASE("an execution of a newer release of the engine waits for that", "[turns][upgrade]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  auto item = next_item("i", 2, f.completed());
  item.history = f.acknowledged().events;
  item.history_included = true;
  std::get<event::OrchestrationStarted>(item.history[0].kind).engine_flags |= 1U << 20U;
  f.orchestrator = f.spawn();
  SECTION("leased, and untouched") {
    const auto ended = f.turn(item);
    CHECK(ended.kind == Kind::not_registered);
    CHECK_THAT(ended.missing.waiting_for(), Catch::Contains("newer release of the engine") &&
                                                Catch::Contains(std::to_string(1U << 20U)));
    CHECK(f.provider.count<provider::AckOrchestrationItem>() == 0);
    CHECK(f.provider.count<provider::AbandonOrchestrationItem>() == 0);
  }
  SECTION("but it can be cancelled") {
    item.messages.push_back(work::CancelInstance{"i", "enough"});
    CHECK(f.turn(item).kind == Kind::gone);
    const auto ack = f.acknowledged();
    REQUIRE(ack.metadata.failure);
    CHECK(ack.metadata.failure->is_cancelled());
    CHECK(ack.cancelled_activities == std::vector<std::uint64_t>{2});
  }
}

TEST_CASE("continue as new: the next execution runs in the same orchestrator",
          "[turns][continue-as-new]") {
  OrchestratorFixture f;
  f.orchestration("O", [](OrchestrationContext context, int left) -> Task<int> {
    const int next = left - 1;
    if (next > 0) {
      co_await context.continue_as_new(next);
    }
    co_return next;
  });
  auto item = start_item("i", "O");
  std::get<work::StartOrchestration>(item.messages[0]).input = "2";
  CHECK(f.turn(item).kind == Kind::resident);
  const auto first = f.acknowledged();
  CHECK(first.metadata.status == ExecutionStatus::continued_as_new);
  CHECK(first.metadata.output == "1");
  REQUIRE(first.orchestrator_items.size() == 1);
  auto next = next_item("i", 0, first.orchestrator_items[0]);
  next.version.clear();
  next.execution_id = 2;
  CHECK(f.turn(next).kind == Kind::gone);
  const auto second = f.acknowledged();
  CHECK(second.execution_id == 2);
  CHECK(second.metadata.status == ExecutionStatus::completed);
  CHECK(second.metadata.output == "0");
}

TEST_CASE("user exceptions fail the instance, not the actor", "[turns][errors]") {
  OrchestratorFixture f;
  f.orchestration("O", [](OrchestrationContext context, int what) -> Task<std::string> {
    const std::string text = context.instance_id();
    if (what == 1) {
      throw 42;
    }
    throw std::runtime_error("thrown by " + text);
  });
  auto item = start_item("i", "O");
  std::get<work::StartOrchestration>(item.messages[0]).input = GENERATE("0", "1", "not a number");
  CHECK(f.turn(item).kind == Kind::gone);
  CHECK(f.acknowledged().metadata.status == ExecutionStatus::failed);
}

TEST_CASE("an orchestrator that must leave waits for the store's answer", "[turns]") {
  OrchestratorFixture f;
  f.orchestration("O", one_activity);
  f.turn(start_item("i", "O"));
  actors::send_from_outside(f.orchestrator, Leave{});
  f.system.run();
  CHECK_FALSE(actors::has_ended(f.orchestrator));
  SECTION("accepted") {
    f.acknowledged();
  }
  SECTION("refused: it gives the lease back first") {
    f.refuse(ProviderError::Kind::invalid_input);
    CHECK_FALSE(actors::has_ended(f.orchestrator));
    f.provider.answer<provider::AbandonOrchestrationItem>(Done());
  }
  CHECK(actors::has_ended(f.orchestrator));
}

}  // namespace duroxide::orchestrator_test
