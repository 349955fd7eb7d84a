// Two processes, one that runs and one that controls, of which either is killed again and again: nothing
// that was acknowledged is lost or done twice.

#include <catch2/catch.hpp>

#include <csignal>
#include <set>

#include "faults/child.hpp"
#include "property/from_environment.hpp"
#include "property/random.hpp"
#include "remote/engine.hpp"
#include "support/quick_directory.hpp"

namespace duroxide::remote_killed_test {

using namespace duroxide::remote_test;
using faults::Child;
using faults::tell;
namespace fs = std::filesystem;

namespace {

constexpr const char* runs = "runs";

/// Takes letters until the last one, and puts them together in order.
Task<std::string> collect(OrchestrationContext ctx) {
  std::string all;
  while (true) {
    const std::string letter = co_await ctx.dequeue_event("letters");
    if (letter == "end") {
      break;
    }
    all += letter + ";";
  }
  co_return all;
}

void run(const fs::path& directory) {
  const Store store = LmdbProvider::open(directory, LmdbOptions().log_sink(silent)).value();
  Runtime runtime(store, RuntimeOptions().log_sink(silent));
  runtime.register_orchestration("Collect", collect).register_orchestration("Echo", echo);
  runtime.start().value();
  tell(runs);
  faults::wait_for_word();
}

bool is_unknown(const ClientError& error) {
  return error.message.find("nobody knows whether this was done") != std::string::npos;
}

/// Begins what is not there yet, as often as it takes.
void start_once(Client& client, const std::string& id, const std::string& orchestration) {
  const auto once = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  while (true) {
    const auto started = client.start_orchestration(id, orchestration, id, once);
    if (started) {
      return;
    }
    if (!is_unknown(started.error())) {
      throw std::runtime_error(started.error().message);
    }
  }
}

/// Sends letters, starts instances and waits for them, and tells of each before and after.
void control(const fs::path& directory, std::uint64_t round) {
  const Store store = RemoteStore::connect(directory, quiet()).value();
  Client client(store);
  start_once(client, "box", "Collect");
  for (std::uint64_t i = 0;; ++i) {
    const std::string letter = std::to_string(round) + "." + std::to_string(i);
    tell("try " + letter);
    const auto sent = client.enqueue_event("box", "letters", letter);
    if (sent) {
      tell("sent " + letter);
    } else if (!is_unknown(sent.error())) {
      throw std::runtime_error(sent.error().message);
    }
    if (i % 4 == 0) {
      start_once(client, letter, "Echo");
      tell("started " + letter);
      // The engine may go meanwhile: then the wait goes on with the next one.
      const auto ended = client.wait_for_completion(letter, ample).value();
      if (ended.output() != letter) {
        throw std::runtime_error(letter + " has ended with " + ended.to_string());
      }
    }
  }
}

/// Takes the last letter out, and tells what was in the box.
void look(const fs::path& directory, const std::set<std::string>& started) {
  const Store store = RemoteStore::connect(directory, quiet()).value();
  Client client(store);
  client.enqueue_event("box", "letters", std::string("end")).value();
  tell(client.wait_for_completion("box", ample).value().output());
  for (const std::string& id : started) {
    if (client.wait_for_completion(id, ample).value().output() != id) {
      throw std::runtime_error("the instance " + id + " was lost");
    }
  }
  if (!client.management().value().verify().value().is_clean()) {
    throw std::runtime_error("the store is not sound");
  }
}

/// What processes have told.
struct Facts {
  std::set<std::string> tried;
  std::set<std::string> sent;
  std::set<std::string> started;

  void learn(const std::string& told) {
    const auto space = told.find(' ');
    const std::string what = told.substr(0, space);
    const std::string which = told.substr(space + 1);
    REQUIRE((what == "try" || what == "sent" || what == "started"));
    (what == "try" ? tried : what == "sent" ? sent : started).insert(which);
  }
};

}  // namespace

TEST_CASE("two processes: whichever is killed, nothing acknowledged is lost or done twice",
          "[remote][faults][restart]") {
  constexpr std::uint64_t kills_of_each = 20;
  const std::uint64_t seed = property::from_environment("DUROXIDE_SEED", 1);
  INFO("DUROXIDE_SEED=" << seed);
  property::Random random(seed);
  const testing::TempDir parent(testing::quick_directory());
  const fs::path directory = parent.path() / "store";
  fs::create_directory(directory);
  Facts facts;
  std::optional<Child> engine;
  std::optional<Child> controls;
  const auto start_engine = [&] {
    engine.emplace([&] { run(directory); });
    REQUIRE(engine->tells(runs));
  };
  start_engine();
  std::uint64_t round = 0;
  for (std::uint64_t kill = 0; kill < 2 * kills_of_each; ++kill) {
    if (!controls) {
      controls.emplace([&] { control(directory, round); });
      ++round;
    }
    for (std::uint32_t facts_before = 1 + random.below(30); facts_before > 0; --facts_before) {
      const auto told = controls->next();
      REQUIRE(told);
      facts.learn(*told);
    }
    if (kill % 2 == 0) {
      engine->kill();
      start_engine();
    } else {
      controls->kill();
      for (const std::string& told : controls->rest()) {
        facts.learn(told);
      }
      controls.reset();
    }
  }
  Child looks([&] { look(directory, facts.started); });
  const auto told = looks.next();
  REQUIRE(told);
  CHECK(looks.rest().empty());
  CHECK(looks.how_it_ended().empty());
  engine->say_word();
  CHECK(engine->how_it_ended().empty());

  std::multiset<std::string> arrived;
  for (std::size_t begin = 0; begin < told->size();) {
    const auto end = told->find(';', begin);
    arrived.insert(told->substr(begin, end - begin));
    begin = end + 1;
  }
  CHECK(facts.sent.size() > kills_of_each);
  for (const std::string& letter : facts.sent) {
    CAPTURE(letter);
    CHECK(arrived.count(letter) == 1);
  }
  for (const std::string& letter : arrived) {
    CAPTURE(letter);
    CHECK(arrived.count(letter) == 1);
    CHECK(facts.tried.contains(letter));
  }
}

}  // namespace duroxide::remote_killed_test
