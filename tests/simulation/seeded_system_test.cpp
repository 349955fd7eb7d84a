// What the simulation is made of keeps its own promises.

#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/client.hpp>

#include "simulation/seeded_system.hpp"
#include "simulation/tables.hpp"

namespace duroxide::simulation {

struct Numbered {
  std::string sender;
  int number = 0;
};

}  // namespace duroxide::simulation

DUROXIDE_MESSAGE(duroxide::simulation::Numbered)

namespace duroxide::seeded_system_test {

using namespace duroxide::simulation;

namespace {

using Received = std::vector<std::pair<std::string, int>>;

/// Two actors send ten messages each to a third.
void let_two_send(SeededSystem& system, Received& received) {
  const caf::actor receiver = system.actors().spawn(
      [](caf::event_based_actor*, Received* place) -> caf::behavior {
        return {[place](const Numbered& told) { place->emplace_back(told.sender, told.number); }};
      },
      &received);
  for (const char* const name : {"one", "other"}) {
    system.actors().spawn(
        [](caf::event_based_actor* self, const caf::actor& to, const std::string& sender) {
          for (int i = 0; i < 10; ++i) {
            actors::send(self, to, Numbered{sender, i});
          }
        },
        receiver, std::string(name));
  }
}

}  // namespace

TEST_CASE("each seed has an order of its own, in which no sender overtakes itself",
          "[simulation][messages]") {
  std::map<Received, int> orders;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (int repeated = 0; repeated < 2; ++repeated) {
      property::Random random(seed);
      Trace trace;
      Received received;
      {
        SeededSystem system(Order::any, 50, random, trace);
        let_two_send(system, received);
        while (system.step()) {
        }
        system.kill();
      }
      REQUIRE(received.size() == 20);
      std::map<std::string, int> next;
      for (const auto& [sender, number] : received) {
        CHECK(number == next[sender]++);
      }
      ++orders[received];
    }
  }
  CHECK(orders.size() > 10);
  for (const auto& [order, times] : orders) {
    CHECK(times % 2 == 0);
  }
}

TEST_CASE("whoever is killed handles nothing more", "[simulation][messages]") {
  property::Random random(1);
  Trace trace;
  Received received;
  SeededSystem system(Order::any, 0, random, trace);
  let_two_send(system, received);
  while (received.empty()) {
    REQUIRE(system.step());
  }
  const std::size_t before = received.size();
  system.kill();
  CHECK(received.size() == before);
  CHECK(system.actors().registry().running() == 0);
}

TEST_CASE("a crash leaves what was committed, and nothing else", "[simulation][restart]") {
  for (const Medium medium : {Medium::memory, Medium::lmdb}) {
    Tables tables(medium, Defect::none, false);
    const auto clock = std::make_shared<ManualClock>();
    property::Random random(1);
    Trace trace;
    {
      SeededSystem system(Order::oldest, 0, random, trace);
      {
        const Store store = tables.open(system.handle(), clock, {});
        Client client(store);
        CHECK(client.start_orchestration("kept", "O"));
        client.start_orchestration("lost", "O", std::string(), {}, [](const auto&) {});
        CHECK(system.step());  // it goes no further than to the actor of the client
        tables.crash();
        system.kill();
      }
      system.kill();
    }
    CHECK(tables.durable_problem().empty());
    SeededSystem system(Order::oldest, 0, random, trace);
    {
      const Store store = tables.open(system.handle(), clock, {});
      const Client client(store);
      CHECK(client.get_status("kept").value().is_running());
      CHECK(client.get_status("lost").value().is_not_found());
    }
    while (system.step()) {
    }
    system.kill();
  }
}

}  // namespace duroxide::seeded_system_test
