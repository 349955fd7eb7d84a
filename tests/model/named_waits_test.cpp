#include "model/named_waits.hpp"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace duroxide;
using namespace duroxide::model;

namespace named_waits {
namespace {

constexpr std::size_t events = 3;
constexpr std::size_t messages = 7;

std::vector<std::pair<std::string, std::string>> kept(const NamedWaits& waits, std::size_t kind) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const CarriedEvent& each : waits.kept(kind)) {
    all.emplace_back(each.name, each.data.text());
  }
  return all;
}

TEST_CASE("the oldest wait of a name gets what comes", "[events][queues]") {
  NamedWaits waits;
  CHECK_FALSE(waits.wait(events, "Paid", 2));
  CHECK_FALSE(waits.wait(events, "Pai", 3));
  CHECK_FALSE(waits.wait(events, "Paid", 10));

  const auto first = waits.raise(events, "Paid", Payload("a"));
  REQUIRE(first);
  CHECK(first->wait == 2);
  CHECK(first->data.text() == "a");
  const auto second = waits.raise(events, "Paid", Payload("b"));
  REQUIRE(second);
  CHECK(second->wait == 10);
  CHECK(second->arrival > first->arrival);
  CHECK_FALSE(waits.raise(events, "Paid", Payload("c")));
  CHECK(kept(waits, events) == std::vector<std::pair<std::string, std::string>>{{"Paid", "c"}});
}

TEST_CASE("what was kept goes to the next wait of its name, oldest first", "[events][queues]") {
  NamedWaits waits;
  CHECK_FALSE(waits.raise(events, "Paid", Payload("a")));
  CHECK_FALSE(waits.raise(events, "Sent", Payload("b")));
  CHECK_FALSE(waits.raise(events, "Paid", Payload("c")));
  CHECK(kept(waits, events) == std::vector<std::pair<std::string, std::string>>{
                                   {"Paid", "a"}, {"Sent", "b"}, {"Paid", "c"}});

  const auto taken = waits.wait(events, "Paid", 5);
  REQUIRE(taken);
  CHECK(taken->wait == 5);
  CHECK(taken->data.text() == "a");

  // Its code has never looked: it goes back before what came later.
  CHECK_FALSE(waits.give_back(events, "Paid", taken->arrival, taken->data));
  CHECK(kept(waits, events) == std::vector<std::pair<std::string, std::string>>{
                                   {"Paid", "a"}, {"Sent", "b"}, {"Paid", "c"}});
  CHECK(waits.wait(events, "Paid", 6)->data.text() == "a");
  CHECK(waits.wait(events, "Paid", 7)->data.text() == "c");
}

TEST_CASE("what is given back goes to another wait, if there is one", "[events][queues]") {
  NamedWaits waits;
  CHECK_FALSE(waits.raise(events, "Paid", Payload("a")));
  const auto taken = waits.wait(events, "Paid", 5);
  REQUIRE(taken);
  CHECK_FALSE(waits.wait(events, "Paid", 6));
  const auto again = waits.give_back(events, "Paid", taken->arrival, taken->data);
  REQUIRE(again);
  CHECK(again->wait == 6);
  CHECK(again->arrival == taken->arrival);
}

TEST_CASE("a wait that was given up gets nothing", "[events][queues]") {
  NamedWaits waits;
  CHECK_FALSE(waits.wait(events, "Paid", 2));
  CHECK_FALSE(waits.wait(events, "Paid", 4));
  waits.stop_waiting(messages, 2);  // a wait of that kind has another number
  waits.stop_waiting(events, 3);    // nobody
  waits.stop_waiting(events, 2);
  waits.stop_waiting(events, 2);
  const auto arrived = waits.raise(events, "Paid", Payload("a"));
  REQUIRE(arrived);
  CHECK(arrived->wait == 4);
}

TEST_CASE("an event and a queue of one name have nothing to do with each other",
          "[events][queues]") {
  NamedWaits waits;
  CHECK_FALSE(waits.wait(events, "Paid", 2));
  CHECK_FALSE(waits.raise(messages, "Paid", Payload("a")));
  CHECK(kept(waits, events).empty());
  CHECK(kept(waits, messages) == std::vector<std::pair<std::string, std::string>>{{"Paid", "a"}});
  CHECK(waits.wait(messages, "Paid", 3)->data.text() == "a");
}

TEST_CASE("names may be empty, and prefixes of each other", "[events][queues]") {
  NamedWaits waits;
  CHECK_FALSE(waits.wait(events, "", 2));
  CHECK_FALSE(waits.wait(events, std::string("a\0", 2), 3));
  CHECK_FALSE(waits.raise(events, "a", Payload("a")));
  CHECK(waits.raise(events, std::string("a\0", 2), Payload("b"))->wait == 3);
  CHECK(waits.raise(events, "", Payload("c"))->wait == 2);
}

}  // namespace
}  // namespace named_waits
