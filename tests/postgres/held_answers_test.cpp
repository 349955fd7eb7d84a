// Answers to what the server has not flushed yet.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "postgres/held_answers.hpp"

namespace duroxide::held_answers_test {

using namespace duroxide::postgres;

namespace {

struct World {
  std::shared_ptr<Membership> membership =
      std::make_shared<Membership>("test", Milliseconds(1'000), nullptr);
  HeldAnswers held{membership};
  std::vector<std::string> told;        ///< which requests were answered, and how
  std::vector<std::string> made_again;  ///< which were to be made again

  Request request(const char* operation, bool can_wait) {
    Request made{operation};
    made.can_wait = can_wait;
    made.done = [this, operation](const Outcome& outcome) {
      told.push_back(operation + std::string(outcome ? " done" : " failed"));
    };
    return made;
  }
  /// A start, and the fetch that hands its turn out, committed without a flush.
  void hold_a_start() {
    Runner::Batch batch{request("start", true), request("fetch", false)};
    held.hold(batch);
    for (const Request& each : batch) {
      each.done(Answers());
    }
  }
  Request flush() {
    return held.flush([this](const Request& again) { made_again.emplace_back(again.operation); });
  }
};

}  // namespace

TEST_CASE("only what can wait, and hands out a turn, does without a flush",
          "[postgres][commit_timing]") {
  World world;
  Request fetch = world.request("fetch", false);
  fetch.is_light = true;
  fetch.hands_out_turns = true;
  const Request start = world.request("start", true);
  CHECK(world.held.can_hold({start, fetch}));
  CHECK_FALSE(world.held.can_hold({start}));
  CHECK_FALSE(world.held.can_hold({start, fetch, world.request("ack", false)}));
  Request look = world.request("look", true);
  look.is_light = true;
  CHECK_FALSE(world.held.can_hold({look, fetch}));
  world.hold_a_start();
  CHECK(world.held.can_hold({look, fetch}));
  CHECK_FALSE(world.held.can_hold({start, fetch}));
}

TEST_CASE("an answer is held until a later batch is flushed", "[postgres][commit_timing]") {
  World world;
  world.hold_a_start();
  CHECK(world.told == std::vector<std::string>{"fetch done"});
  CHECK_FALSE(world.held.is_empty());
  world.flush().done(Answers());
  CHECK(world.told == std::vector<std::string>{"fetch done", "start done"});
  CHECK(world.held.is_empty());
  CHECK(world.made_again.empty());
}

TEST_CASE("what the server may have forgotten is made again before it is answered",
          "[postgres][commit_failure]") {
  World world;
  world.hold_a_start();
  world.membership->note_loss();
  world.flush().done(Answers());
  CHECK(world.told == std::vector<std::string>{"fetch done"});
  CHECK(world.made_again == std::vector<std::string>{"start"});
  CHECK(world.held.is_empty());
}

TEST_CASE("a flush that fails refuses what was held for it", "[postgres][commit_failure]") {
  World world;
  world.hold_a_start();
  world.flush().done(failure(ProviderError{ProviderError::Kind::storage, "flush", "gone"}));
  CHECK(world.told == std::vector<std::string>{"fetch done", "start failed"});
}

TEST_CASE("a request that fails is answered at once", "[postgres][commit_timing]") {
  World world;
  Runner::Batch batch{world.request("start", true)};
  world.held.hold(batch);
  batch.front().done(failure(ProviderError{ProviderError::Kind::storage, "start", "full"}));
  CHECK(world.told == std::vector<std::string>{"start failed"});
  CHECK(world.held.is_empty());
}

}  // namespace duroxide::held_answers_test
