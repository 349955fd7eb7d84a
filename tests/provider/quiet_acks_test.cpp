// Acks that are answered only if they are refused: what our stores make of them.

#include "protocol/quiet_acks.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"

namespace duroxide::quiet_acks_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using storage::AckRefused;
using storage::AckTurnQuietly;
using storage::AckWorkQuietly;
using Kind = ProviderError::Kind;
using Refusals = std::vector<AckRefused>;

namespace {

/// Sends such acks, and keeps what it is told.
class Sender {
 public:
  explicit Sender(World& world)
      : world_(world), acks_(storage::quiet_acks_of(provider_of(*world.store))) {
    REQUIRE(acks_);
    const auto keep = [](caf::event_based_actor* self,
                         const std::shared_ptr<Refusals>& refusals) -> caf::behavior {
      return {[refusals](const AckRefused& refused) { refusals->push_back(refused); },
              [self](const Do& task) { task.what(self); }};
    };
    actor_ = world.system.actors().spawn(keep, refusals_);
  }
  ~Sender() { actors::stop(actor_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Several reach the store together.
  template <class... Acks>
  void send(Acks... acks) {
    actors::send_from_outside(actor_, Do{[to = acks_, acks...](caf::event_based_actor* self) {
                                (actors::send(self, to, acks), ...);
                              }});
  }
  /// As `send`, and the sender ends before the store has seen it.
  template <class Ack>
  void send_and_end(Ack ack) {
    send(std::move(ack));
    actors::stop(actor_);
  }
  /// What was refused since the last look.
  [[nodiscard]] Refusals refused() {
    world_.run();
    world_.system.run_delayed();
    return std::exchange(*refusals_, {});
  }

 private:
  World& world_;
  storage::QuietAcks acks_;
  std::shared_ptr<Refusals> refusals_ = std::make_shared<Refusals>();
  caf::actor actor_;
};

/// Keeps what it is told.
class Listener final : public storage::RefusalListener {
 public:
  void refused(const ProviderError& error) const noexcept override { told.push_back(error.kind); }

  mutable std::vector<Kind> told;
};

/// That of an instance `a`.
WorkerItem activity_handed_out(World& world) {
  world.start("a");
  const auto turn = world.fetch_one();
  auto ack = ack_of(turn, {started_event(), scheduled_event(2)});
  ack.worker_items.push_back(activity(turn, 2));
  world.ack(ack).value();
  return world.fetch_work().at(0);
}

/// The rest after a full disk is over.
void rest_ends(World& world) {
  world.clock->advance(100ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
}

/// That skips an event.
AckOrchestrationItem wrong_ack_of(const OrchestrationItem& item) {
  auto ack = ack_of(item, {started_event()});
  ack.events.front().event_id += 7;
  return ack;
}

}  // namespace

TEST_CASE("a quiet ack of a turn that is taken is not answered", "[turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Sender sender(world);
  world.start("a");
  sender.send(AckTurnQuietly{ack_of(world.fetch_one(), {started_event()})});
  CHECK(sender.refused().empty());
  CHECK(world.history("a").size() == 1);
  CHECK(world.nothing_to_fetch());
  world.raise("a", "Go");
  CHECK(world.fetch_one().history_size == 1);
}

TEST_CASE("a turn whose quiet ack is refused is given back by the store", "[turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Sender sender(world);
  world.start("a");
  const auto item = world.fetch_one();
  const auto listener = std::make_shared<Listener>();
  SECTION("and its sender is told") {
    sender.send(AckTurnQuietly{wrong_ack_of(item), {}, listener});
    const auto refused = sender.refused();
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().lock_token == item.lock_token);
    CHECK(refused.front().error.kind == Kind::invalid_input);
  }
  SECTION("also if its sender has ended") {
    sender.send_and_end(AckTurnQuietly{wrong_ack_of(item), {}, listener});
    CHECK(sender.refused().empty());
  }
  CHECK(listener->told == std::vector<Kind>{Kind::invalid_input});
  CHECK(world.history("a").empty());
  const auto again = world.fetch_one();
  CHECK(again.messages == item.messages);
  CHECK(again.attempt_count == 2);
  world.ack(ack_of(again, {started_event()})).value();
}

TEST_CASE("a turn whose quiet ack is refused is handed out again after the delay it names",
          "[turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Sender sender(world);
  world.start("a");
  sender.send(AckTurnQuietly{wrong_ack_of(world.fetch_one()), 200ms});
  CHECK(sender.refused().size() == 1);
  CHECK(world.nothing_to_fetch());
  world.clock->advance(200ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  CHECK(world.fetch_one().instance == "a");
}

TEST_CASE("a quiet ack for a lease that is over is refused, and ends no other", "[turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Sender sender(world);
  world.start("a");
  const auto first = world.fetch_one();
  world.abandon(first.lock_token).value();
  const auto second = world.fetch_one();
  sender.send(AckTurnQuietly{ack_of(first, {started_event()})});
  const auto refused = sender.refused();
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().error.kind == Kind::invalid_lock_token);
  CHECK(world.nothing_to_fetch());
  world.ack(ack_of(second, {started_event()})).value();
  CHECK(world.history("a").size() == 1);
}

TEST_CASE("a quiet ack of an activity brings its result, or is refused", "[workers]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Sender sender(world);
  const auto item = activity_handed_out(world);
  const WorkItem completion = work::ActivityCompleted{"a", 1, 2, "done"};
  sender.send(AckWorkQuietly{{item.lock_token, completion}});
  CHECK(sender.refused().empty());
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{completion});
  sender.send(AckWorkQuietly{{item.lock_token, completion}});
  const auto refused = sender.refused();
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().lock_token == item.lock_token);
  CHECK(refused.front().error.kind == Kind::invalid_lock_token);
}

TEST_CASE("a turn whose quiet ack finds no room comes again once there is some",
          "[commit_failure][turns]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  Sender sender(world);
  world.start("a");
  const auto item = world.fetch_one();
  const auto listener = std::make_shared<Listener>();
  faulty.kv->room = 0;
  sender.send(AckTurnQuietly{ack_of(item, {started_event()}), 200ms, listener});
  const auto refused = sender.refused();
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().error.kind == Kind::disk_full);
  CHECK(listener->told == std::vector<Kind>{Kind::disk_full});
  CHECK(world.ack(ack_of(item)).error().kind == Kind::invalid_lock_token);
  const auto fetch = world.fetch_later();
  world.run();
  CHECK_FALSE(fetch.answered());
  faulty.kv->room = FaultyKv::endless;
  rest_ends(world);
  REQUIRE(fetch.answered());
  const auto again = fetch.value().at(0);
  CHECK(again.messages == item.messages);
  CHECK(again.attempt_count == 1);  // it was not the turn's fault
  world.ack(ack_of(again, {started_event()})).value();
  CHECK(world.history("a").size() == 1);
}

TEST_CASE("the refusal of a quiet ack waits for the batch that it may tell of",
          "[commit_failure][turns]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  Sender sender(world);
  world.start("a");
  world.start("b");
  const auto items = world.fetch(2);
  REQUIRE(items.size() == 2);
  const auto listener = std::make_shared<Listener>();
  const AckTurnQuietly good{ack_of(items.front(), {started_event()}), {}, listener};
  const AckTurnQuietly wrong{wrong_ack_of(items.back()), {}, listener};
  SECTION("and comes with its commit") {
    sender.send(good, wrong);
    const auto refused = sender.refused();
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().lock_token == items.back().lock_token);
    CHECK(refused.front().error.kind == Kind::invalid_input);
    CHECK(listener->told == std::vector<Kind>{Kind::invalid_input});
    CHECK(world.history(items.front().instance).size() == 1);
    CHECK(world.fetch_one().instance == items.back().instance);
  }
  SECTION("and says what that says if it fails, as all that is in the batch does") {
    faulty.kv->failures = 1;
    sender.send(good, wrong);
    const auto refused = sender.refused();
    REQUIRE(refused.size() == 2);
    CHECK(refused.front().lock_token == items.front().lock_token);
    CHECK(refused.back().lock_token == items.back().lock_token);
    CHECK(listener->told == std::vector<Kind>{Kind::storage, Kind::storage});
  }
}

TEST_CASE("an activity whose quiet ack finds no room comes again once there is some",
          "[commit_failure][workers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  Sender sender(world);
  const auto item = activity_handed_out(world);
  const WorkItem completion = work::ActivityCompleted{"a", 1, 2, "done"};
  faulty.kv->room = 0;
  sender.send(AckWorkQuietly{{item.lock_token, completion}});
  const auto refused = sender.refused();
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().error.kind == Kind::disk_full);
  const auto fetch = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  world.run();
  CHECK_FALSE(fetch.answered());
  faulty.kv->room = FaultyKv::endless;
  rest_ends(world);
  REQUIRE(fetch.answered());
  const auto again = fetch.value().at(0);
  CHECK(again.item == item.item);
  CHECK(again.attempt_count == 1);
  sender.send(AckWorkQuietly{{again.lock_token, completion}});
  CHECK(sender.refused().empty());
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{completion});
}

}  // namespace duroxide::quiet_acks_test
