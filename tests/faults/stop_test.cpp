// Processes that are stopped for a while (SIGSTOP), as by a debugger or a machine that is put to sleep:
// whoever owned the store still owns it, nobody else hangs, and afterwards all goes on.
//
// DUROXIDE_FAULT_ROUNDS says how often each is stopped.

#include <array>

#include <unistd.h>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "faults/child.hpp"
#include "faults/tally.hpp"
#include "faults/told_facts.hpp"
#include "gateway/socket_client.hpp"
#include "power/site.hpp"
#include "property/from_environment.hpp"
#include "property/random.hpp"
#include "storage/lmdb/lmdb_reader.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::faults_stop_test {

using namespace duroxide::faults;
using power::Facts;
using power::Site;
using property::Random;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t stops = 10;
constexpr const char* works = "works";

std::uint64_t seed() {
  return property::from_environment("DUROXIDE_SEED", 1);
}

LmdbOptions quiet() {
  return LmdbOptions().log_sink([](const LogRecord&) {});
}

/// Owns a store and works on it until it is told a word.
void own(const fs::path& root) {
  Site site(root, seed());
  site.open();
  site.start_runtime();
  tell(works);
  for (int i = 0; !has_word(); ++i) {
    const std::string id = "i" + std::to_string(i);
    site.start(id, i % 2 == 0 ? "Sum" : "Naps", "3");
    site.finish(id);
  }
}

/// What another process finds while the owner is stopped.
void look_from_outside(const fs::path& directory) {
  const auto owner = LmdbProvider::open(directory, quiet());
  tell(owner ? "took it over" : std::string(to_string(owner.error().kind)));
  const auto reader = LmdbProvider::open_read_only(directory, quiet());
  tell(reader ? "read it" : std::string(to_string(reader.error().kind)));
}

/// Holds a snapshot of a store that nobody has open, until it is told a word, and says what it finds
/// in it.
void look_for_long(const fs::path& directory) {
  storage::LmdbReader reader(directory, storage::ProcessClaim(directory, storage::Use::read));
  const auto view = reader.snapshot();
  tell(works);
  wait_for_word();
  tell(std::to_string(view->count(storage::Table::ids)));
}

/// Takes a store over, or tells why it cannot.
void take_over(const fs::path& root) {
  const auto refused = LmdbProvider::open(power::store_directory(root), quiet());
  if (!refused) {
    tell(std::string(to_string(refused.error().kind)) +
         (refused.error().retryable ? ", may be tried again" : ""));
  }
}

}  // namespace

TEST_CASE("a process that is stopped is in no group of the test that stops it", "[faults]") {
  // Else the system hangs up on the test and on the shell's other jobs, if that shell ends meanwhile.
  Child child([] {
    tell(works);
    (void)wait_for_word();
  });
  REQUIRE(child.tells(works));
  CHECK(::getpgid(child.pid()) == child.pid());
  CHECK(::getpgrp() != child.pid());
}

TEST_CASE("an owner that is stopped stays the owner, and goes on", "[faults][lmdb]") {
  const testing::TempDir temp(testing::quick_directory());
  const fs::path directory = power::store_directory(temp.path());
  Random random(seed());
  Facts facts;
  Child owner([&] { own(temp.path()); });
  REQUIRE(owner.tells(works));
  for (std::uint64_t stop = 0; stop < rounds(stops); ++stop) {
    learn(facts, owner, std::chrono::microseconds(random.below(20'000)));
    owner.stop();
    Child other([&] { look_from_outside(directory); });
    CHECK(other.rest() == std::vector<std::string>{"in use", "in use"});
    CHECK(other.how_it_ended() == "");
    const std::size_t before = facts.size();
    owner.go_on();
    while (facts.size() <= before) {
      REQUIRE(learn_next(facts, owner));
    }
    tally("stops");
  }
  owner.say_word();
  learn_rest(facts, owner);
  CHECK(owner.how_it_ended() == "");
  CHECK(problems_in(temp.path(), facts) == "");
}

TEST_CASE("who asks an engine that is stopped can give up, and is answered when it goes on",
          "[faults][control]") {
  const testing::TempDir temp(testing::quick_directory());
  Child engine([&] {
    const auto store = LmdbProvider::open(temp.path(), quiet()).value();
    Runtime runtime(store, RuntimeOptions().log_sink([](const LogRecord&) {}));
    runtime.start().value();
    tell(works);
    wait_for_word();
  });
  REQUIRE(engine.tells(works));
  const auto ask = [&](bool gives_up) {
    std::array<int, 2> stop{};
    REQUIRE(::pipe(stop.data()) == 0);
    if (gives_up) {
      ::close(stop[1]);  // as an interrupt from the keyboard
    }
    const auto client = gateway::SocketClient::connect(temp.path(), stop[0]);
    REQUIRE(client);
    REQUIRE(*client != nullptr);
    const auto go_on = [](const nlohmann::json&) { return true; };
    const auto answer = (*client)->run({"list", nlohmann::json::object()}, {go_on, go_on});
    ::close(stop[0]);
    if (!gives_up) {
      ::close(stop[1]);
    }
    return answer ? std::string("answered") : std::string(to_string(answer.error().kind));
  };
  engine.stop();
  CHECK(ask(true) == "interrupted");
  Child asking([&] { tell(ask(false)); });
  engine.go_on();
  CHECK(asking.rest() == std::vector<std::string>{"answered"});
  engine.say_word();
  CHECK(engine.how_it_ended() == "");
  tally("stops");
}

TEST_CASE("a reader that is stopped while it looks keeps the next owner out, who may try again",
          "[faults][read-only]") {
  const testing::TempDir temp(testing::quick_directory());
  const fs::path directory = power::store_directory(temp.path());
  Facts facts;
  Child owner([&] { own(temp.path()); });
  REQUIRE(owner.tells(works));
  owner.say_word();
  learn_rest(facts, owner);
  REQUIRE(owner.how_it_ended() == "");
  Child reader([&] { look_for_long(directory); });
  REQUIRE(reader.tells(works));
  reader.stop();
  const auto told_to_next = [&] {
    Child next([&] { take_over(temp.path()); });
    auto told = next.rest();
    CHECK(next.how_it_ended() == "");
    return told;
  };
  CHECK(told_to_next() == std::vector<std::string>{"in use, may be tried again"});
  reader.say_word();
  reader.go_on();
  CHECK(reader.rest() == std::vector<std::string>{std::to_string(facts.instances().size())});
  CHECK(reader.how_it_ended() == "");
  CHECK(told_to_next().empty());
  CHECK(problems_in(temp.path(), facts) == "");
  tally("stops");
}

}  // namespace duroxide::faults_stop_test
