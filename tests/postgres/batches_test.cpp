// Which batches are flushed, and when what they have done is told: on a runner that does what a case says.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "postgres/batches.hpp"
#include "postgres/waiting.hpp"

namespace duroxide::batches_test {

using namespace duroxide::postgres;

using Words = std::vector<std::string>;

namespace {

/// Batches lie here until the case says what the database has answered.
class ScriptedRunner final : public Runner {
 public:
  using Runner::run;
  void run(Batch batch, Post /*post*/, std::function<void()> after) override {
    REQUIRE_FALSE(batch_);
    batch_ = std::move(batch);
    after_ = std::move(after);
  }
  void close() override {}

  [[nodiscard]] Words operations() const {
    Words named;
    for (const Request& each : batch_.value_or(Batch())) {
      named.emplace_back(each.operation);
    }
    return named;
  }
  /// The values of a call of the batch that is under way.
  [[nodiscard]] std::vector<Parameters::Value> values_of(const std::string& operation) const {
    for (const Request& each : batch_.value_or(Batch())) {
      if (each.operation == operation) {
        return each.calls.front().parameters.values();
      }
    }
    return {};
  }
  void answer(const Outcome& outcome) {
    const Batch batch = *std::exchange(batch_, std::nullopt);
    for (const Request& each : batch) {
      each.done(outcome);
    }
    after_();
  }

 private:
  std::optional<Batch> batch_;
  std::function<void()> after_;
};

struct World final : Batches::Host {
  std::shared_ptr<Membership> membership =
      std::make_shared<Membership>("test", Milliseconds(1'000), nullptr);
  std::shared_ptr<ScriptedRunner> runner = std::make_shared<ScriptedRunner>();
  Batches batches{runner, membership, *this, std::make_shared<ManualClock>(), "channel", true};
  Waiting waiting{batches};
  Words told;  ///< which requests were answered, and how
  int flushes_due_later = 0;
  bool is_run_due = false;

  void run_soon() override { is_run_due = true; }
  void give_life_sign_after(Milliseconds /*delay*/) override {}
  void flush_later() override { ++flushes_due_later; }
  Runner::Post post() override {
    return [](const std::function<void()>& task) { task(); };
  }
  void joined_anew() override {}
  void lost_answers() override {}

  /// What is in the next batch, which begins: nothing if there is none.
  Words run() {
    if (std::exchange(is_run_due, false)) {
      batches.run();
    }
    return runner->operations();
  }
  void answer() { runner->answer(Answers{Rows()}); }
  void lose() {
    runner->answer(failure(ProviderError{ProviderError::Kind::storage, "", "the server is gone"}));
  }

  Request request(const char* operation, const std::function<void()>& then = {}) {
    Request made{operation};
    made.calls.push_back({operation});
    made.done = [this, operation, then](const Outcome& outcome) {
      told.push_back(operation + std::string(outcome ? " done" : " failed"));
      if (then) {
        then();
      }
    };
    return made;
  }
  void start(const std::string& instance = "a") {
    Request made = request("start");
    made.is_repeatable = true;
    made.can_wait = true;
    batches.announce(instance);
    batches.submit(std::move(made), {true, false, false});
  }
  /// Somebody fetches turns, and is handed one, or none.
  void fetch(bool is_handed_out) {
    Request made = request("fetch", [this, is_handed_out] {
      if (is_handed_out) {
        batches.expect_ack();
      }
    });
    made.is_light = true;
    made.hands_out_turns = true;
    batches.look(std::move(made));
  }
  void ack() { batches.submit(request("ack"), {true, true, true}); }
  /// Somebody waits for the status, or the start, of an instance that no look ever finds.
  void wait_for_status() {
    waiting.wait_for_status(1, {"b", 1}, [this](const auto& status) {
      told.emplace_back(status ? "status told" : "status refused");
    });
  }
  void wait_for_start(std::uint64_t wait_id) {
    provider::WaitForStart asked;
    asked.instance = "b";
    asked.wait_id = wait_id;
    waiting.wait_for_start(1, asked, [this](const auto& status) {
      told.emplace_back(status ? "start told" : "start refused");
    });
  }
  /// A start is committed with the turn that it brings, and its answer is held.
  void hold_a_start() {
    start();
    fetch(true);
    REQUIRE(run() == Words{"start", "fetch"});
    answer();
    REQUIRE(told == Words{"fetch done"});
    told.clear();
  }
};

}  // namespace

TEST_CASE("the ack of a turn flushes the start before it", "[postgres][commit_timing]") {
  World world;
  world.hold_a_start();
  CHECK(world.run().empty());
  CHECK(world.flushes_due_later == 1);
  world.ack();
  CHECK(world.run() == Words{"ack", "flush"});
  CHECK(world.told.empty());
  world.answer();
  CHECK(world.told == Words{"ack done", "start done"});
}

TEST_CASE("a start is flushed at once if no turn was handed out", "[postgres][commit_timing]") {
  World world;
  world.start();
  world.fetch(false);
  REQUIRE(world.run() == Words{"start", "fetch"});
  world.answer();
  CHECK(world.flushes_due_later == 0);
  CHECK(world.run() == Words{"flush"});
  CHECK(world.told == Words{"fetch done"});
  world.answer();
  CHECK(world.told == Words{"fetch done", "start done"});
}

TEST_CASE("a start that no ack comes for is flushed when it is due", "[postgres][commit_timing]") {
  World world;
  world.hold_a_start();
  world.batches.flush_due();
  CHECK(world.run() == Words{"flush"});
  CHECK(world.told.empty());
  world.answer();
  CHECK(world.told == Words{"start done"});
  world.batches.flush_due();
  CHECK(world.run().empty());
}

TEST_CASE("a start that the server may have forgotten is made again",
          "[postgres][commit_failure]") {
  World world;
  world.hold_a_start();
  world.membership->note_loss();
  world.ack();
  REQUIRE(world.run() == Words{"ack", "flush"});
  world.answer();
  CHECK(world.told == Words{"ack done"});
  CHECK(world.run() == Words{"start"});
  world.answer();
  CHECK(world.told == Words{"ack done", "start done"});
}

TEST_CASE("a wait is not answered by what the server may still forget",
          "[postgres][commit_timing][waits]") {
  World world;
  SECTION("in the batch that is not flushed") {
    world.start();
    world.wait_for_status();
    world.fetch(true);
    REQUIRE(world.run() == Words{"start", "look_at", "fetch"});
  }
  SECTION("in a batch that writes nothing, after it") {
    world.hold_a_start();
    world.fetch(true);
    world.wait_for_status();
    REQUIRE(world.run() == Words{"fetch", "look_at"});
  }
  world.answer();
  CHECK(world.told == Words{"fetch done"});
  world.ack();
  REQUIRE(world.run() == Words{"ack", "flush"});
  world.answer();
  REQUIRE(world.told.size() == 4);
  CHECK(world.told[1] == "ack done");
  CHECK(world.told[2] == "start done");
  CHECK(world.told[3] == "status told");
}

TEST_CASE("a wait is answered at once if all is flushed", "[postgres][commit_timing][waits]") {
  World world;
  world.wait_for_status();
  world.fetch(true);
  REQUIRE(world.run() == Words{"look_at", "fetch"});
  world.answer();
  CHECK(world.told == Words{"status told", "fetch done"});
}

TEST_CASE("others are told of a start when it is flushed", "[postgres][commit_timing]") {
  World world;
  world.membership->note_others(1);
  world.start("told");
  world.fetch(true);
  CHECK(world.run() == Words{"start", "fetch"});
  world.answer();
  world.wait_for_status();
  CHECK(world.run() == Words{"look_at"});
  world.answer();
  world.batches.flush_due();
  CHECK(world.run() == Words{"flush", "announce"});
  Parameters expected;
  expected.numbers(std::vector{digest_of_instance("told")}).flag(true).flag(false);
  const auto announced = world.runner->values_of("announce");
  REQUIRE(announced.size() == 6);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(announced[3 + i].bytes == expected.values()[i].bytes);
  }
}

TEST_CASE("who waits for long is not refused for an outage, and looks after it",
          "[postgres][waits][errors]") {
  World world;
  world.wait_for_start(1);
  REQUIRE(world.run() == Words{"look_at"});
  world.answer();
  world.waiting.touch_all();
  world.wait_for_start(2);
  REQUIRE(world.run() == Words{"look_at", "look_at"});
  world.lose();
  CHECK(world.told == Words{"start refused"});  // of the one that had just come
  world.batches.submit(world.request("life_sign"));
  CHECK(world.run() == Words{"life_sign", "look_at"});
}

}  // namespace duroxide::batches_test
