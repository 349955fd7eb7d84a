// The timer service: what it asks the store, and when. The provider is scripted and the clock moves
// by hand.

#include <atomic>

#include <caf/detail/test_actor_clock.hpp>

#include "fixture.hpp"
#include "runtime/timer_service.hpp"

namespace duroxide::timer_service_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

struct TimerFixture : Fixture {
  TimerServiceActor service = spawn();

  TimerServiceActor spawn() {
    auto spawned = system.get().spawn<TimerService>(environment);
    system.run();
    return spawned;
  }
  ~TimerFixture() {
    provider.end();
    drain();
  }
  DequeueTimerPeekLock answer(std::vector<LockToken> due, std::optional<Timestamp> next) {
    return provider.answer<DequeueTimerPeekLock>(
        Answer<DueTimers>(DueTimers{std::move(due), next}));
  }
  /// Moves the clock. The request that is parked is answered with nothing, as a store does when a
  /// newer one comes.
  void advance(Milliseconds step) {
    const auto parked = provider.take<DequeueTimerPeekLock>();
    clock->advance(step);
    system.run();
    provider.answer_to(parked, Answer<DueTimers>(DueTimers{}));
  }
  void drain() {
    actors::send_from_outside(service, Drain{[this] { drained = true; }});
    system.run();
  }
  Timestamp in(int milliseconds) { return clock->now() + Milliseconds(milliseconds); }

  bool drained = false;
};

/// The system's clock as others set it.
class SetClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return from_milliseconds(now_); }
  [[nodiscard]] bool ticks() const override { return true; }
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void()>) override { return nullptr; }
  void add(Milliseconds step) { now_ += step.count(); }

 private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

}  // namespace

TEST_CASE("timers: it asks once, and says what it knows", "[timers]") {
  TimerFixture f;
  const auto next = f.in(500);
  CHECK_FALSE(f.answer({}, next).known_next_due);
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
  CHECK(f.answer({}, f.in(200)).known_next_due == next);  // an earlier one was made
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
}

TEST_CASE("timers: due ones are moved to their instances", "[timers]") {
  TimerFixture f;
  f.answer({1, 2}, std::nullopt);
  CHECK(f.provider.answer<AckTimer>(Done()).lock_tokens == std::vector<LockToken>{1, 2});
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
}

TEST_CASE("timers: when the clock has moved it asks again", "[timers][clock]") {
  TimerFixture f;
  f.answer({}, f.in(500));
  SECTION("not before the next one is due") {
    f.clock->advance(Milliseconds(499));
    f.system.run();
    CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
  }
  SECTION("then as if it knew nothing, so that an answer comes in any case") {
    f.advance(Milliseconds(500));
    CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
    CHECK_FALSE(f.answer({3}, std::nullopt).known_next_due);
    CHECK(f.provider.answer<AckTimer>(Done()).lock_tokens == std::vector<LockToken>{3});
  }
}

TEST_CASE("timers: due ones in a late answer are moved, too", "[timers]") {
  TimerFixture f;
  const auto parked = f.provider.take<DequeueTimerPeekLock>();
  f.clock->advance(Milliseconds(1));
  f.system.run();
  f.provider.answer_to(parked, Answer<DueTimers>(DueTimers{{4}, std::nullopt}));
  CHECK(f.provider.count<AckTimer>() == 1);
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
}

TEST_CASE("timers: a clock that ticks arms one delay", "[timers][clock]") {
  Fixture f;
  f.environment->clock = system_clock();
  const auto service = f.system.get().spawn<TimerService>(f.environment);
  f.system.run();
  const auto answer = [&](int milliseconds) {
    f.provider.answer<DequeueTimerPeekLock>(
        Answer<DueTimers>(DueTimers{{}, f.environment->clock->now() + Milliseconds(milliseconds)}));
  };
  answer(30'000);
  const auto parked = f.provider.take<DequeueTimerPeekLock>();
  SECTION("its end asks again; here, before the time, it only waits on") {
    actors::send_from_outside(service, Tick{1});
    f.system.run();
    CHECK(f.provider.count<DequeueTimerPeekLock>() == 0);
  }
  SECTION("an older one is ignored") {
    f.provider.answer_to(parked, Answer<DueTimers>(DueTimers{{}, f.environment->clock->now()}));
    const auto again = f.provider.take<DequeueTimerPeekLock>();
    actors::send_from_outside(service, Tick{1});
    f.system.run();
    CHECK(f.provider.count<DequeueTimerPeekLock>() == 0);
    actors::send_from_outside(service, Tick{2});
    f.system.run();
    CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
  }
  f.provider.end();
  actors::send_from_outside(service, Drain{[] {}});
  f.system.run();
}

TEST_CASE("timers: what is set after the clock was set forward is not late", "[timers][clock]") {
  Fixture f;
  const auto clock = std::make_shared<SetClock>();
  f.environment->clock = clock;
  const auto service = f.system.get().spawn<TimerService>(f.environment);
  f.system.run();
  auto& delays = dynamic_cast<caf::detail::test_actor_clock&>(f.system.get().clock());
  const auto pass = [&](Milliseconds time) {
    clock->add(time);
    delays.advance_time(time);
    f.system.run();
  };
  const auto answer_next_in = [&](Milliseconds delay) {
    f.provider.answer<DequeueTimerPeekLock>(Answer<DueTimers>(DueTimers{{}, clock->now() + delay}));
  };
  answer_next_in(Milliseconds(50'000));
  pass(Milliseconds(10));
  clock->add(Milliseconds(std::chrono::hours(1)));
  answer_next_in(Milliseconds(100));
  const auto parked = f.provider.take<DequeueTimerPeekLock>();
  pass(Milliseconds(99));
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 0);
  pass(Milliseconds(1));
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);  // it looks for what is due
  f.provider.end();
  actors::send_from_outside(service, Drain{[] {}});
  f.system.run();
}

TEST_CASE("timers: a failed request is repeated after a pause", "[timers][retry]") {
  TimerFixture f;
  f.provider.answer<DequeueTimerPeekLock>(
      Answer<DueTimers>(failure(provider_error(ProviderError::Kind::storage))));
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 0);
  actors::send_from_outside(f.service, TryAgain{});
  f.system.run();
  CHECK(f.provider.count<DequeueTimerPeekLock>() == 1);
}

TEST_CASE("timers: draining gives the leases back", "[timers][stop]") {
  TimerFixture f;
  f.drain();
  CHECK_FALSE(f.drained);
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
  CHECK(actors::has_ended(f.service));
}

TEST_CASE("timers: a store that is gone ends the work", "[timers][stop]") {
  TimerFixture f;
  f.provider.end();
  CHECK_FALSE(*f.environment->store_works);
  f.drain();
  CHECK(f.drained);
}

TEST_CASE("timers: a wait takes account of what has passed of a millisecond", "[timers][clock]") {
  const Timestamp now = from_milliseconds(1'700'000'000'000);
  const auto later = std::chrono::microseconds(300);
  const auto wait = [&](Milliseconds due, std::chrono::microseconds wall) {
    return actors::time_until(now + due, now, now + wall, Milliseconds(1'000));
  };
  CHECK(wait(Milliseconds(5), {}) == Milliseconds(5));
  CHECK(wait(Milliseconds(5), later) == Milliseconds(5) - later);
  CHECK(wait(Milliseconds(1), later) == Milliseconds(1) - later);
  CHECK(wait(Milliseconds(7'000), later) == Milliseconds(1'000) - later);
  // What is due, or over, is not asked for again without a pause.
  CHECK(wait(Milliseconds(0), later) == Milliseconds(1));
  CHECK(wait(Milliseconds(-5), later) == Milliseconds(1));
  // The store's clock goes another way than the system's.
  CHECK(wait(Milliseconds(5), Milliseconds(1) + later) == Milliseconds(5));
  CHECK(wait(Milliseconds(5), -later) == Milliseconds(5));
}

}  // namespace duroxide::timer_service_test
