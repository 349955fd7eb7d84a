// Acks that are answered only if they are refused: what our stores make of them.

#include "protocol/quiet_acks.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "provider/world.hpp"

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

  template <class Ack>
  void send(Ack ack) {
    actors::send_from_outside(
        actor_, Do{[acks = acks_, ack = std::move(ack)](caf::event_based_actor* self) {
          actors::send(self, acks, ack);
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
  SECTION("and its sender is told") {
    sender.send(AckTurnQuietly{wrong_ack_of(item)});
    const auto refused = sender.refused();
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().lock_token == item.lock_token);
    CHECK(refused.front().error.kind == Kind::invalid_input);
  }
  SECTION("also if its sender has ended") {
    sender.send_and_end(AckTurnQuietly{wrong_ack_of(item)});
    CHECK(sender.refused().empty());
  }
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
  world.start("a");
  const auto turn = world.fetch_one();
  auto ack = ack_of(turn, {started_event(), scheduled_event(2)});
  ack.worker_items.push_back(activity(turn, 2));
  world.ack(ack).value();
  const auto work = world.fetch_work();
  REQUIRE(work.size() == 1);
  const WorkItem completion = work::ActivityCompleted{"a", 1, 2, "done"};
  sender.send(AckWorkQuietly{{work.front().lock_token, completion}});
  CHECK(sender.refused().empty());
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{completion});
  sender.send(AckWorkQuietly{{work.front().lock_token, completion}});
  const auto refused = sender.refused();
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().lock_token == work.front().lock_token);
  CHECK(refused.front().error.kind == Kind::invalid_lock_token);
}

}  // namespace duroxide::quiet_acks_test
