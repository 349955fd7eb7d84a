// A saga: each step of a trip that succeeds says how it is undone. If a later step fails, what was
// booked is given back, the latest first.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

inline constexpr Activity<std::string(std::string)> book_flight{"BookFlight"};
inline constexpr Activity<std::string(std::string)> book_hotel{"BookHotel"};
inline constexpr Activity<std::string(std::string)> book_car{"BookCar"};
inline constexpr Activity<void(std::string)> cancel_flight{"CancelFlight"};
inline constexpr Activity<void(std::string)> cancel_hotel{"CancelHotel"};
inline constexpr Orchestration<std::string(std::string)> book_trip{"BookTrip"};

Task<std::string> book_a_trip(OrchestrationContext ctx, std::string traveller) {
  const auto steps = [ctx, traveller](Saga& saga) mutable -> Task<std::string> {
    const std::string flight = co_await ctx.schedule_activity(book_flight, traveller);
    saga.compensate_with(cancel_flight, flight);
    const std::string hotel = co_await ctx.schedule_activity(book_hotel, traveller);
    saga.compensate_with(cancel_hotel, hotel);
    const std::string car = co_await ctx.schedule_activity(book_car, traveller);
    co_return flight + ", " + hotel + ", " + car;
  };
  auto trip = run_saga(ctx, steps);
  co_return co_await std::move(trip);
}

void register_trips(Runtime& runtime) {
  const auto book = [](std::string what) {
    return [what](const std::string& traveller) {
      std::cout << "  book " << what << '\n';
      return what + " of " + traveller;
    };
  };
  const auto cancel = [](const std::string& booking) {
    std::cout << "  cancel " << booking << '\n';
  };
  runtime.register_orchestration(book_trip, book_a_trip)
      .register_activity(book_flight, book("flight"))
      .register_activity(book_hotel, book("hotel"))
      .register_activity(book_car,
                         [](const std::string& traveller) -> Result<std::string, std::string> {
                           if (traveller == "Bob") {
                             return failure(std::string("no car is left"));
                           }
                           std::cout << "  book car\n";
                           return "car of " + traveller;
                         })
      .register_activity(cancel_flight, cancel)
      .register_activity(cancel_hotel, cancel);
}

int main() try {
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  register_trips(runtime);
  expect(runtime.start());

  Client client{store};
  for (const char* traveller : {"Ada", "Bob"}) {
    std::cout << traveller << '\n';
    expect(client.start_orchestration(traveller, book_trip, traveller));
    const auto status = expect(client.wait_for_completion(traveller, 30s));
    std::cout << "  " << status.to_string() << '\n';
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "saga: " << error.what() << '\n';
  return 1;
}
