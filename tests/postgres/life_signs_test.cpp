// Signs of life beside the regular ones, for when another process may be dead.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "postgres/inline_runner.hpp"
#include "postgres/schema.hpp"
#include "postgres/server.hpp"
#include "postgres/store_state.hpp"

namespace duroxide::life_signs_test {

using namespace duroxide::postgres;

namespace {

/// Notes what it is asked to do later.
struct Host final : Batches::Host {
  std::vector<Milliseconds> deaths_due;
  bool is_run_due = false;

  void run_soon() override { is_run_due = true; }
  void give_life_sign_after(Milliseconds delay) override { deaths_due.push_back(delay); }
  void flush_later() override {}
  Runner::Post post() override {
    return [](const std::function<void()>& task) { task(); };
  }
  void joined_anew() override {}
  void lost_answers() override {}
};

}  // namespace

TEST_CASE("one sign of life waits for a death, however many regular ones are given meanwhile",
          "[postgres][takeover]") {
  const std::string& address = postgres_test::server_address();
  const std::string drop =
      "SET client_min_messages = warning; DROP SCHEMA IF EXISTS life_signs CASCADE";
  postgres_test::query(address, drop);
  const auto session = std::make_shared<Session>(Target{address, "life_signs"});
  session->connect();
  REQUIRE(prepare_schema(*session, true));
  StoreParts parts;
  parts.clock = std::make_shared<ManualClock>();
  parts.life_sign = Milliseconds(5'000);
  parts.membership = std::make_shared<Membership>("test", Milliseconds(15'000), parts.clock);
  parts.membership->join(*session);
  parts.writer = std::make_shared<InlineRunner>(session, parts.membership);
  parts.reads = std::make_shared<InlineRunner>(session, nullptr);
  const auto now = std::to_string(to_milliseconds(parts.clock->now()));
  // Of another process whose lease is shorter than the time between our signs.
  postgres_test::query(address,
                       "INSERT INTO life_signs.processes (id, name, started_at, alive_until) "
                       "VALUES (1000, 'other', " +
                           now + ", " + now + " + 2000)");

  Host host;
  StoreState state(
      parts, host, [](Milliseconds /*delay*/) {},
      [](const std::function<void(Database&)>& /*look*/, const std::function<void()>& /*then*/) {});
  const auto settle = [&] {
    while (std::exchange(host.is_run_due, false)) {
      state.batches.run();
    }
  };
  for (int i = 0; i < 3; ++i) {
    state.give_life_sign();
    settle();
  }
  CHECK(host.deaths_due == std::vector{Milliseconds(2'001)});
  state.death_due();
  settle();
  CHECK(host.deaths_due == std::vector{Milliseconds(2'001), Milliseconds(2'001)});
  postgres_test::query(address, drop);
}

}  // namespace duroxide::life_signs_test
