// What the parts of a runtime assert, broken from outside.

#include <catch2/catch.hpp>

#include "runtime/residents.hpp"
#include "runtime/running_deliveries.hpp"
#include "runtime/sessions.hpp"
#include "support/expect_abort.hpp"

namespace duroxide::runtime_invariants_test {

using namespace duroxide::runtime;
using duroxide::testing::words_of_abort;

namespace {

const Timestamp now = from_milliseconds(1000);

SharedDelivery delivery_of(provider::LockToken token, std::optional<std::string> session = {}) {
  provider::WorkerItem item;
  item.lock_token = token;
  item.item.session = std::move(session);
  return std::make_shared<Delivery>(std::move(item), nullptr, token);
}

}  // namespace

TEST_CASE("an instance has one orchestrator at most", "[invariants][residency]") {
  Residents residents;
  Residents::Entry& entry = residents.add("a", {}, now);
  CHECK_THAT(words_of_abort([&] { residents.add("a", {}, now); }),
             Catch::Contains("an instance has one orchestrator at most"));
  residents.begin_turn(entry);
  residents.end_turn(entry, now);
  CHECK_THAT(words_of_abort([&] { residents.end_turn(entry, now); }),
             Catch::Contains("a turn that ends was under way"));
  CHECK(residents.oldest_idle()->instance == "a");
}

TEST_CASE("a provider that gives a token twice breaks no invariant", "[invariants][workers]") {
  RunningDeliveries running;
  running.add(1, delivery_of(7));
  CHECK(running.tell_to_stop(7, now));
  running.add(2, delivery_of(7));
  CHECK(running.tell_to_stop(7, now));
  CHECK(running.take_overdue(now).size() == 1);
  CHECK_FALSE(running.next_deadline().has_value());
  CHECK(running.empty());
}

TEST_CASE("who waits for the worker of a session knows it", "[invariants][sessions]") {
  Sessions sessions;
  sessions.arrived("s");
  CHECK_THAT(words_of_abort([&] { sessions.wait(delivery_of(1, "s")); }),
             Catch::Contains("who waits for the worker of a session knows it"));
  sessions.bind("s", 3);
  sessions.wait(delivery_of(1, "s"));
  CHECK(sessions.take_first_for(3)->item.lock_token == 1);
  CHECK_THAT(words_of_abort([&] { (void)sessions.take_first_for(3); }),
             Catch::Contains("what is taken for a worker waits for it"));
}

}  // namespace duroxide::runtime_invariants_test
