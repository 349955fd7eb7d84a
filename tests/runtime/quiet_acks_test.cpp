// Acks that are answered only if they are refused: when the actors of a runtime send them, and what they
// make of a refusal.

#include "protocol/quiet_acks.hpp"

#include "activity_fixture.hpp"
#include "runtime/orchestrator.hpp"
#include "runtime/turn_services.hpp"

namespace duroxide::quiet_acks_runtime_test {

using namespace duroxide::runtime;
using namespace duroxide::runtime::test;
using storage::AckRefused;
using storage::AckTurnQuietly;
using storage::AckWorkQuietly;
using Kind = TurnEnded::Kind;
using ErrorIn = ProviderError::Kind;

namespace {

using QuietStore =
    ScriptedActor<storage::QuietAcks, Received<AckTurnQuietly>, Received<AckWorkQuietly>>;

Task<std::string> two_activities(OrchestrationContext context) {
  const std::string first = co_await context.schedule_activity("Work", "in");
  const std::string second = co_await context.schedule_activity("Work", first);
  co_return second;
}

Task<std::string> goes_on_as_new(OrchestrationContext context) {
  const std::string done = co_await context.schedule_activity("Work", "in");
  co_await context.continue_as_new(done);
  co_return done;
}

/// An orchestrator whose first turn is acknowledged and that has two more to come.
struct QuietFixture : Fixture {
  explicit QuietFixture(const model::InterceptorList& interceptors = {}) {
    environment->interceptors = model::make_interceptors(interceptors, {});
    environment->quiet_acks = store.actor();
    environment->metrics = std::make_shared<model::Metrics>();
    orchestration("O", two_activities);
    orchestrator =
        system.get().spawn<Orchestrator>(environment, make_turn_services(environment), "i");
    CHECK(turn(start_item("i", "O")) == Kind::resident);
    (void)provider.answer<provider::AckOrchestrationItem>(Done());  // there is a line to be logged
    CHECK(store.count<AckTurnQuietly>() == 0);
  }
  ~QuietFixture() { store.end(); }

  Kind turn(provider::OrchestrationItem item, bool keep_resident = true) {
    const auto ended = ask<TurnEnded>(orchestrator, RunTurn{std::move(item), keep_resident});
    REQUIRE(*ended);
    return (*ended)->kind;
  }
  static WorkItem completed(std::uint64_t id) {
    return work::ActivityCompleted{"i", 1, id, "done"};
  }
  /// As a store does.
  void refuse(const AckTurnQuietly& quiet, ErrorIn kind) {
    REQUIRE(quiet.listener);
    quiet.listener->refused(provider_error(kind));
    actors::send_from_outside(orchestrator, AckRefused{quiet.ack.lock_token, provider_error(kind)});
    system.run();
  }

  QuietStore store{system};
  OrchestratorActor orchestrator;
};

}  // namespace

TEST_CASE("a turn after which nothing is to be told is acknowledged quietly",
          "[turns][residency]") {
  QuietFixture f;
  const auto item = next_item("i", 2, QuietFixture::completed(2));
  SECTION("if its orchestrator stays") {
    CHECK(f.turn(item) == Kind::resident);
    CHECK(f.provider.count<provider::AckOrchestrationItem>() == 0);
    const auto quiet = f.store.take<AckTurnQuietly>().request;
    CHECK(quiet.ack.lock_token == item.lock_token);
    CHECK(quiet.ack.stays_resident);
    CHECK(quiet.ack.events.size() == 2);
    CHECK(quiet.delay_if_refused > Milliseconds(0));
    // Of its end there is something to be told.
    CHECK(f.turn(next_item("i", 4, QuietFixture::completed(4))) == Kind::gone);
    CHECK(f.store.count<AckTurnQuietly>() == 0);
    CHECK(f.provider.count<provider::AckOrchestrationItem>() == 1);
  }
  SECTION("and not if it ends with the answer") {
    CHECK(f.turn(item, false) == Kind::gone);
    CHECK(f.store.count<AckTurnQuietly>() == 0);
    CHECK(f.provider.count<provider::AckOrchestrationItem>() == 1);
    CHECK_FALSE(actors::has_ended(f.orchestrator));
  }
}

TEST_CASE("a turn with which an instance goes on as new is acknowledged quietly",
          "[turns][residency]") {
  QuietFixture f;
  f.orchestration("Again", goes_on_as_new);
  f.orchestrator =
      f.system.get().spawn<Orchestrator>(f.environment, make_turn_services(f.environment), "again");
  CHECK(f.turn(start_item("again", "Again")) == Kind::resident);
  (void)f.provider.answer<provider::AckOrchestrationItem>(Done());
  CHECK(f.turn(next_item("again", 2, work::ActivityCompleted{"again", 1, 2, "done"})) ==
        Kind::resident);
  const auto quiet = f.store.take<AckTurnQuietly>().request;
  CHECK(quiet.listener);
  CHECK(std::holds_alternative<event::OrchestrationContinuedAsNew>(quiet.ack.events.back().kind));
}

TEST_CASE("a turn is acknowledged quietly if no interceptor is to be told of it",
          "[turns][interceptors]") {
  class Selective : public Interceptor {
   public:
    Selective(bool of_turns, bool of_calls, bool wants)
        : of_turns_(of_turns), of_calls_(of_calls), wants_(wants) {}
    InterceptorHooks hooks() const override {
      InterceptorHooks hooks;
      hooks.after_turn = of_turns_;
      hooks.after_call = of_calls_;
      return hooks;
    }
    bool wants(const Headers&) const override { return wants_; }

   private:
    bool of_turns_;
    bool of_calls_;
    bool wants_;
  };
  const auto quiet_with = [](bool of_turns, bool of_calls, bool wants) {
    QuietFixture f(model::InterceptorList{std::make_shared<Selective>(of_turns, of_calls, wants)});
    CHECK(f.turn(next_item("i", 2, QuietFixture::completed(2))) == Kind::resident);
    return f.store.count<AckTurnQuietly>();
  };
  CHECK(quiet_with(false, false, true) == 1);
  CHECK(quiet_with(true, false, true) == 0);
  CHECK(quiet_with(false, true, true) == 0);
  CHECK(quiet_with(true, true, false) == 1);
}

TEST_CASE("an orchestrator that has acknowledged quietly may be let go at once",
          "[turns][residency]") {
  QuietFixture f;
  CHECK(f.turn(next_item("i", 2, QuietFixture::completed(2))) == Kind::resident);
  actors::send_from_outside(f.orchestrator, Leave{});
  f.system.run();
  CHECK(actors::has_ended(f.orchestrator));
  const auto quiet = f.store.take<AckTurnQuietly>().request;
  SECTION("and it is told all the same that the turn is refused") {
    f.refuse(quiet, ErrorIn::storage);
    REQUIRE(f.logged.size() == 1);
    CHECK(f.logged.front().message.find("the store refused a turn") != std::string::npos);
    CHECK(f.environment->metrics->turns_refused.value() == 1);
  }
  SECTION("and nothing is told if the store is closed") {
    f.refuse(quiet, ErrorIn::closed);
    CHECK(f.logged.empty());
    CHECK(f.environment->metrics->turns_refused.value() == 0);
    CHECK_FALSE(*f.environment->store_works);
  }
}

TEST_CASE("a refusal of an old turn does not touch the memory that a later one has made",
          "[turns][residency]") {
  QuietFixture f;
  CHECK(f.turn(next_item("i", 2, QuietFixture::completed(2))) == Kind::resident);
  const auto quiet = f.store.take<AckTurnQuietly>().request;
  CHECK(f.turn(next_item("i", 4, work::ExternalRaised{"i", "unawaited", ""})) == Kind::resident);
  f.refuse(quiet, ErrorIn::storage);
  CHECK(f.turn(next_item("i", 5, QuietFixture::completed(4))) == Kind::gone);
}

TEST_CASE(
    "an orchestrator whose quiet ack is refused drops its memory, and gives nothing back itself",
    "[turns][residency]") {
  QuietFixture f;
  const auto item = next_item("i", 2, QuietFixture::completed(2));
  CHECK(f.turn(item) == Kind::resident);
  const auto quiet = f.store.take<AckTurnQuietly>().request;
  SECTION("for what it says") {
    f.refuse(quiet, ErrorIn::storage);
    CHECK(f.logged.size() == 1);
  }
  SECTION("as the lease is over") {
    f.refuse(quiet, ErrorIn::invalid_lock_token);
    CHECK(f.logged.empty());
    CHECK(f.environment->metrics->turns_refused.value() == 1);
  }
  SECTION("as the store is closed") {
    f.refuse(quiet, ErrorIn::closed);
    CHECK_FALSE(*f.environment->store_works);
  }
  CHECK(f.provider.count<provider::AbandonOrchestrationItem>() == 0);
  CHECK(f.turn(next_item("i", 4, QuietFixture::completed(4))) == Kind::history_missing);
}

TEST_CASE("the result of an activity is acknowledged quietly", "[workers]") {
  ActivityFixture f(1);
  const QuietStore store(f.system);
  f.environment->quiet_acks = store.actor();
  f.deliver({5});
  f.complete(0);
  CHECK(f.provider.count<provider::AckWorker>() == 0);
  const auto quiet = store.take<AckWorkQuietly>().request;
  CHECK(quiet.ack.lock_token == 5);
  REQUIRE(quiet.ack.completion);
  CHECK(std::get<work::ActivityCompleted>(*quiet.ack.completion).result == "of i5");
  SECTION("and tried again later if the store refuses it") {
    actors::send_from_outside(f.dispatcher, AckRefused{5, provider_error(ErrorIn::storage)});
    f.system.run();
    CHECK(f.provider.answer<provider::AbandonWorker>(Done()).lock_token == 5);
    CHECK(f.logged.size() == 1);
  }
  SECTION("and dropped if nobody waits for it any more") {
    actors::send_from_outside(f.dispatcher,
                              AckRefused{5, provider_error(ErrorIn::invalid_lock_token)});
    f.system.run();
    CHECK(f.provider.count<provider::AbandonWorker>() == 0);
    CHECK(f.logged.empty());
  }
  f.environment->quiet_acks = storage::QuietAcks();
  store.end();
}

TEST_CASE("a store that takes no quiet acks is sent none", "[turns][workers]") {
  Fixture f;
  CHECK_FALSE(storage::quiet_acks_of(f.provider.actor()));
}

}  // namespace duroxide::quiet_acks_runtime_test
