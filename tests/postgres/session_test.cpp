// One transaction of a session, which is a pipeline.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "postgres/server.hpp"
#include "postgres/session.hpp"

namespace duroxide::session_test {

using namespace duroxide::postgres;
using postgres_test::query;
using postgres_test::server_address;

namespace {

/// A session in a schema with a table of numbers, no two of which may be the same once it is committed.
struct World {
  Session session{Target{server_address(), "session_test"}};

  World() {
    tell(
        "SET client_min_messages = warning; DROP SCHEMA IF EXISTS session_test CASCADE; "
        "CREATE SCHEMA session_test; "
        "CREATE TABLE session_test.numbers (n bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    session.connect();
  }
  ~World() { tell("SET client_min_messages = warning; DROP SCHEMA session_test CASCADE"); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  static void tell(const std::string& statements) {
    (void)query(server_address(), statements + "; SELECT 1");
  }
  [[nodiscard]] static std::string count() {
    return query(server_address(), "SELECT count(*) FROM session_test.numbers");
  }
  void insert(const std::vector<std::int64_t>& numbers) {
    std::vector<Call> calls;
    for (const std::int64_t number : numbers) {
      calls.push_back(
          {"insert_number", Parameters().number(number), "INSERT INTO numbers SELECT 12 / $1"});
    }
    std::vector<const Call*> all;
    for (const Call& call : calls) {
      all.push_back(&call);
    }
    const auto answers = session.run(all);
    CHECK(answers.size() == all.size());
  }
};

}  // namespace

TEST_CASE("the calls of a session's run happen together or not at all",
          "[postgres][group_commit]") {
  World world;
  CHECK_THROWS_AS(world.insert({1, 2, 0}), DatabaseError);
  CHECK(World::count() == "0");
  world.insert({1, 2});
  CHECK(World::count() == "2");
}

TEST_CASE("a commit that the server refuses is an error, and the session goes on",
          "[postgres][group_commit][errors]") {
  World world;
  try {
    world.insert({3, 3});
    FAIL("the same number twice was committed");
  } catch (const DatabaseError& failed) {
    CHECK_FALSE(failed.is_lost());
  }
  CHECK(world.session.is_connected());
  CHECK(World::count() == "0");
  world.insert({3, 4});
  CHECK(World::count() == "2");
}

}  // namespace duroxide::session_test
