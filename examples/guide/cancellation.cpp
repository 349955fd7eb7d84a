// Cancellation, shields and sagas.
#include "guide.hpp"

namespace guide {

namespace {

// [cleanup]
Task<> rent(OrchestrationContext ctx) {
  const std::string car = co_await ctx.schedule_activity("TakeCar");
  ctx.set_custom_status("driving");
  std::string why = "returned in time";
  try {
    co_await ctx.wait_for_external_event("Return");
  } catch (const OrchestrationCancelled& cancelled) {
    why = cancelled.reason();
  }
  const auto shield = ctx.shield();
  co_await ctx.schedule_activity("GiveBack", car + ": " + why);
}
// [/cleanup]

// [shield]
Task<std::string> transfer(OrchestrationContext ctx) {
  {
    const auto shield = ctx.shield();  // both or none
    co_await ctx.schedule_activity("Book", "out");
    co_await ctx.schedule_activity("Book", "in");
  }
  co_await ctx.schedule_activity("Thank");
  co_return "transferred";
}
// [/shield]

// [saga]
Task<std::string> book_trip(OrchestrationContext ctx) {
  const auto steps = [ctx](Saga& saga) mutable -> Task<std::string> {
    const std::string flight = co_await ctx.schedule_activity("Book", "flight");
    saga.compensate_with("Cancel", flight);
    const std::string hotel = co_await ctx.schedule_activity("Book", "hotel");
    saga.compensate_with("Cancel", hotel);
    co_await ctx.schedule_activity("Pay");  // fails
    co_return flight + " and " + hotel;
  };
  auto trip = run_saga(ctx, steps);
  co_return co_await std::move(trip);
}
// [/saga]

}  // namespace

void cancellation() {
  std::vector<std::string> log;  // its writers run one after another
  World world([&](Runtime& runtime) {
    runtime.register_orchestration("Rent", rent)
        .register_orchestration("Transfer", transfer)
        .register_orchestration("Trip", book_trip)
        .register_activity("TakeCar", [] { return "a red car"; })
        .register_activity("GiveBack", [&](const std::string& what) { log.push_back(what); })
        .register_activity("Thank", [] {})
        .register_activity("Book", [](const std::string& what) { return "booked " + what; })
        .register_activity("Cancel", [&](const std::string& what) { log.push_back(what); })
        .register_activity("Pay", []() -> Result<void, std::string> {
          return failure(std::string("the card was declined"));
        });
  });
  Client& client = world.client;

  world.start("Rent");
  expect(client.wait_for_status_change("Rent", 0, ample));
  // [cancel]
  expect(client.cancel_orchestration("Rent", "stolen"));
  const auto status = expect(client.wait_for_completion("Rent", ample));
  const bool is_cancelled = status.is_cancelled();  // and status.is_failed() is true as well
  // [/cancel]
  check("cancel", is_cancelled ? status.error()->message : status.to_string(), "stolen");
  check("cleanup", log.at(0), "a red car: stolen");

  check("shield", world.run("Transfer"), "Completed: transferred");

  check("saga", world.run("Trip"), "Failed: the card was declined");
  check("saga", log.at(1) + ", " + log.at(2), "booked hotel, booked flight");

  // [start-timeout]
  expect(client.start_orchestration("Late", "Rent", "", StartOptions().timeout(20ms)));
  const auto late = expect(client.wait_for_completion("Late", ample));
  const bool timed_out = late.error()->kind == ErrorKind::timed_out;  // and it is not cancelled
  // [/start-timeout]
  check("start-timeout", timed_out ? late.error()->message : late.to_string(),
        "the instance has not ended within 20 ms of its start");
}

}  // namespace guide
