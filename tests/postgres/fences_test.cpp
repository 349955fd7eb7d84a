// No fencing number stands for two leases, even if the server forgets which it has given.

#include <string>

#include <catch2/catch.hpp>

#include "postgres/schema_world.hpp"

namespace duroxide::fences_test {

using namespace duroxide::conformance;

namespace {

/// By sessions that have a name.
class FenceWorld : public postgres_test::SchemaWorld {
 public:
  FenceWorld() : SchemaWorld("fences", "&application_name=fences") {}
};

}  // namespace

TEST_CASE("a turn under a number that another lease has is fetched again under another",
          "[postgres][takeover]") {
  FenceWorld world;
  world.start("a");
  const auto first = world.fetch_one();
  world.tell_database("SELECT setval('fences', " + std::to_string(first.lock_token) + ", false)");
  world.start("b");
  const auto second = world.fetch_one();
  CHECK(second.instance == "b");
  CHECK(second.attempt_count == 1);
  CHECK(second.lock_token != first.lock_token);
  CHECK(world.ack(complete_of(first)));
  CHECK(world.ack(complete_of(second)));
  CHECK(world.status("a").is_completed());
  CHECK(world.status("b").is_completed());
}

TEST_CASE("who connects anew goes on from numbers that nobody can have been given",
          "[postgres][takeover][errors]") {
  FenceWorld world;
  world.start("a");
  const auto first = world.fetch_one();
  const std::string number = world.ask_database("SELECT number FROM instances");
  // As after a crash, before which nothing of this was flushed.
  world.tell_database("SELECT setval('fences', 1, false), setval('instance_numbers', 1, false)");
  CHECK(world.ask_database("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                           "WHERE application_name = 'fences'") == "1");
  world.start("b");
  const auto second = world.fetch_one();
  CHECK(second.lock_token > first.lock_token + 999'000);
  CHECK(std::stoll(world.ask_database("SELECT number FROM instances WHERE id = 'b'")) >
        std::stoll(number) + 999'000);
}

TEST_CASE("an ack finds itself done only if the turn was this process's",
          "[postgres][takeover][commit_failure]") {
  FenceWorld world;
  world.start("a");
  const auto turn = world.fetch_one();
  const std::string accepted =
      "UPDATE turns SET token = NULL, process = NULL, last_token = token, ";
  SECTION("it was another's") {
    world.tell_database(accepted + "last_process = process + 1");
    const auto acked = world.ack(complete_of(turn));
    REQUIRE_FALSE(acked);
    CHECK(acked.error().kind == ProviderError::Kind::invalid_lock_token);
  }
  SECTION("it was") {
    world.tell_database(accepted + "last_process = process");
    CHECK(world.ack(complete_of(turn)));
  }
}

}  // namespace duroxide::fences_test
