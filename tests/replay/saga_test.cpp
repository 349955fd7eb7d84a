// Compensations.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;

namespace {

/// Books a flight and a hotel; each booking can be undone.
Task<std::string> book_trip(OrchestrationContext ctx) {
  const auto body = [ctx](Saga& saga) mutable -> Task<std::string> {
    std::string flight = co_await ctx.schedule_activity("BookFlight");
    saga.compensate_with("CancelFlight", flight, ActivityOptions());
    std::string hotel = co_await ctx.schedule_activity("BookHotel");
    saga.compensate_with("CancelHotel", hotel, ActivityOptions());
    std::string car = co_await ctx.schedule_activity("BookCar");
    co_return flight + hotel + car;
  };
  auto trip = run_saga(ctx, body);
  std::string text = co_await std::move(trip);
  co_return text;
}

/// Up to the third step.
replay::TurnResult up_to_car(Harness& harness) {
  (void)harness.start();
  (void)harness.turn(harness.activity_completed(2, "F"));
  return harness.turn(harness.activity_completed(4, "H"));
}

const work::ActivityExecute& only_activity(const replay::TurnResult& turn) {
  REQUIRE(turn.activities.size() == 1);
  return turn.activities.front();
}

}  // namespace

TEST_CASE("a saga that succeeds undoes nothing", "[sagas]") {
  Harness harness(both_ways(), book_trip);
  const auto car = only_activity(up_to_car(harness)).id;
  CHECK(output_of(harness.turn(harness.activity_completed(car, "C"))) == "FHC");
}

TEST_CASE("a saga that fails undoes its steps, the latest first, and fails with its error",
          "[sagas]") {
  Harness harness(both_ways(), book_trip);
  const auto car = only_activity(up_to_car(harness)).id;
  const auto hotel = only_activity(harness.turn(harness.activity_failed(car, "no car")));
  CHECK(hotel.name == "CancelHotel");
  CHECK(hotel.input == "H");
  const auto flight = only_activity(harness.turn(harness.activity_completed(hotel.id, "")));
  CHECK(flight.name == "CancelFlight");
  CHECK(failure_of(harness.turn(harness.activity_completed(flight.id, ""))).message == "no car");
}

TEST_CASE("a cancelled saga undoes its steps, and the instance is cancelled",
          "[sagas][cancellation]") {
  Harness harness(both_ways(), book_trip);
  (void)up_to_car(harness);
  const auto hotel = only_activity(harness.turn(work::CancelInstance{"i", "enough"}));
  CHECK(hotel.name == "CancelHotel");
  const auto flight = only_activity(harness.turn(harness.activity_completed(hotel.id, "")));
  const auto details = failure_of(harness.turn(harness.activity_completed(flight.id, "")));
  CHECK(details.is_cancelled());
  CHECK(details.message == "enough");
}

TEST_CASE("what cannot be undone is told, and keeps nothing else from being undone", "[sagas]") {
  const bool cancelled = GENERATE(false, true);
  Harness harness(both_ways(), book_trip);
  const auto car = only_activity(up_to_car(harness)).id;
  const auto hotel =
      only_activity(cancelled ? harness.turn(work::CancelInstance{"i", "enough"})
                              : harness.turn(harness.activity_failed(car, "no car")));
  const auto flight = only_activity(harness.turn(harness.activity_failed(hotel.id, "closed")));
  const auto details = failure_of(harness.turn(harness.activity_completed(flight.id, "")));
  CHECK_FALSE(details.is_cancelled());
  CHECK(details.message == std::string(cancelled ? "canceled: enough" : "no car") +
                               "; could not be undone by activity CancelHotel: closed");
}

TEST_CASE("a cancellation during the compensations changes nothing", "[sagas][cancellation]") {
  Harness harness(both_ways(), book_trip);
  const auto car = only_activity(up_to_car(harness)).id;
  const auto hotel = only_activity(harness.turn(harness.activity_failed(car, "no car")));
  CHECK(harness.turn(work::CancelInstance{"i", "enough"}).activities.empty());
  const auto flight = only_activity(harness.turn(harness.activity_completed(hotel.id, "")));
  CHECK(failure_of(harness.turn(harness.activity_completed(flight.id, ""))).message == "no car");
}

TEST_CASE("compensations may be any durable code, of any value, and can be dismissed", "[sagas]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const auto body = [ctx](Saga& saga) mutable -> Task<> {
      saga.compensate_with("Never");
      saga.dismiss();
      const auto undo = [](OrchestrationContext context) -> Task<> {
        auto child = context.schedule_sub_orchestration("Undo");
        co_await child;
      };
      saga.compensate_with_task("child Undo", undo);
      co_await ctx.schedule_activity("A");
    };
    auto running = run_saga(ctx, body);
    co_await std::move(running);
  });
  (void)harness.start();
  const auto undo = harness.turn(harness.activity_failed(2, "no"));
  CHECK(undo.activities.empty());
  REQUIRE(undo.messages.size() == 1);
  const auto child = std::get<work::StartOrchestration>(undo.messages[0]).parent->event_id;
  CHECK(failure_of(harness.turn(harness.child_completed(child, ""))).message == "no");
}
