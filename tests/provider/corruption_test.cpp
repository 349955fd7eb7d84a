// Bytes that make no sense are an error to whoever asks for them, and nobody else's business.

#include <atomic>
#include <memory>

#include <catch2/catch.hpp>

#include "engine/counters.hpp"
#include "engine/instances.hpp"
#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::corruption_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::make_key;
using storage::Table;

namespace {

constexpr std::uint64_t one = 1;
constexpr std::uint64_t zero = 0;

}  // namespace

TEST_CASE("an unreadable instance record does not hold up the others", "[corruption]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("bad");
  world.start("good");
  faulty.kv->plant(Table::instances, make_key(one), "rubbish");
  const auto error =
      world.ask<Answer<OrchestrationStatus>>(*world.client, GetStatus{"bad"}).error();
  CHECK(error.kind == Kind::corrupt);
  CHECK(error.operation == "get_status");
  CHECK(error.message.find("instances") != std::string::npos);
  CHECK(error.message.find("0000000000000001") != std::string::npos);
  CHECK(world.fetch_one().instance == "good");
  CHECK(world.nothing_to_fetch());
  CHECK(world.enqueue(raise_item("bad", "Go")).error().kind == Kind::corrupt);
  const auto listed =
      world.manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{}).value();
  REQUIRE(listed.size() == 1);
  CHECK(listed.at(0).instance_id == "good");
}

TEST_CASE("an unreadable history stops its instance only", "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("bad");
  world.ack(ack_of(world.fetch_one())).value();
  faulty.kv->plant(Table::history, make_key(one, one, one), GENERATE("", "x", "\x01trunc"));
  world.raise("bad", "Go");
  world.start("good");
  CHECK(world.fetch_one().instance == "good");
  CHECK(world.nothing_to_fetch());
  CHECK(world.ask<Answer<std::vector<Event>>>(*world.client, Read{"bad"}).error().kind ==
        Kind::corrupt);
  const auto info = world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"bad"}).value();
  REQUIRE(info.waiting_for);
  CHECK(info.waiting_for->find("history") != std::string::npos);
}

TEST_CASE("an unreadable message is set aside", "[corruption][messages]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  faulty.kv->plant(Table::inbox, make_key(one, zero + 5), "rubbish");
  world.raise("a", "Go");
  const auto item = world.fetch_one();
  CHECK(item.messages == std::vector<WorkItem>{raise_item("a", "Go")});
  world.ack(ack_of(item)).value();
  CHECK(faulty.kv->snapshot()->count(Table::set_aside) == 1);
  CHECK(faulty.kv->snapshot()->count(Table::inbox) == 0);
}

TEST_CASE("an unreadable activity is set aside", "[corruption][activities]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  world.ack(ack).value();
  faulty.kv->plant(Table::work, make_key(one, one, std::uint64_t{2}), "rubbish");
  const auto work = world.fetch_work(5);
  REQUIRE(work.size() == 1);
  CHECK(work.at(0).item.id == 3);
  world.run();
  CHECK(faulty.kv->snapshot()->count(Table::set_aside) == 1);
}

TEST_CASE("an unreadable timer is set aside when it is due", "[corruption][timers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.timers = {timer(item, 2, world.clock->now()), timer(item, 3, world.clock->now())};
  world.ack(ack).value();
  faulty.kv->plant(Table::timers, storage::TimerRow{world.clock->now(), 1, 1, 2}.bytes(), "?");
  faulty.kv->plant(Table::timers, "short", "?");
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 2);
  world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();
  CHECK(world.fetch_one().messages.size() == 1);
  CHECK(faulty.kv->snapshot()->count(Table::set_aside) == 1);
}

TEST_CASE("a timer whose instance cannot be read is set aside, not lost", "[corruption][timers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const bool is_start = GENERATE(false, true);
  if (is_start) {
    REQUIRE(world.enqueue(start_item("a"), 1s));
    world.clock->advance(1s);
  } else {
    world.start("a");
    const auto item = world.fetch_one();
    auto ack = ack_of(item);
    ack.timers = {timer(item, 2, world.clock->now())};
    world.ack(ack).value();
  }
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  faulty.kv->plant(Table::instances, make_key(one), "?");
  world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();
  CHECK(faulty.kv->snapshot()->count(Table::timers) == 0);
  CHECK(faulty.kv->snapshot()->count(Table::set_aside) == 1);
}

TEST_CASE("timers whose ack is refused are due again", "[timers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.timers = {timer(item, 2, world.clock->now())};
  world.ack(ack).value();
  auto tokens = world.due().value().lock_tokens;
  REQUIRE(tokens.size() == 1);
  tokens.push_back(tokens.front() + 1000);
  CHECK(world.ask<Done>(*world.timers, AckTimer{tokens}).error().kind == Kind::invalid_lock_token);
  CHECK(world.due().value().lock_tokens.size() == 1);
}

TEST_CASE("what a bad page hides keeps nothing else from being handed out", "[corruption]") {
  auto faulty = std::make_unique<FaultyWorld>();
  faulty->world.start("hidden");
  const auto kv = faulty->kv;
  faulty.reset();
  FaultyWorld again(kv);
  again.world.start("other");
  again.world.start("another");
  kv->bad_key = {Table::inbox, make_key(one, std::uint64_t{0})};
  std::vector<std::string> seen;
  auto fetched = again.world.fetch_later(10);
  for (int i = 0; i < 8; ++i) {
    if (fetched.answered()) {
      for (const auto& item : fetched.value()) {
        seen.push_back(item.instance);
      }
      fetched = again.world.fetch_later(10);
    }
    (void)again.world.enqueue(raise_item("nobody", "to look again"));
  }
  CHECK(seen == std::vector<std::string>{"other", "another"});
}

TEST_CASE("an unreadable result is an error to those who ask", "[corruption]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.ack(fail_of(world.fetch_one())).value();
  faulty.kv->plant(Table::results, make_key(one, one),
                   GENERATE(as<std::optional<std::string>>{}, std::nullopt, "", "\x01", "\x01z",
                            "\x01"
                            "fnonsense",
                            "\x02"
                            "c"));
  const auto error = world.ask<Answer<OrchestrationStatus>>(*world.client, GetStatus{"a"}).error();
  CHECK(error.kind == Kind::corrupt);
  CHECK(error.message.find("results") != std::string::npos);
  CHECK(world.ask<Answer<OrchestrationStatus>>(*world.client, WaitForStatus{"a", 1}).error().kind ==
        Kind::corrupt);
}

TEST_CASE("an id with a broken number is an error", "[corruption]") {
  FaultyWorld faulty;
  faulty.world.start("a");
  faulty.kv->plant(Table::ids, "a", "abc");
  CHECK(faulty.world.enqueue(raise_item("a", "Go")).error().kind == Kind::corrupt);
  CHECK(faulty.world.enqueue(start_item("a")).error().kind == Kind::corrupt);
}

TEST_CASE("a damaged number under an id is an error to a listing that goes by it", "[corruption]") {
  FaultyWorld faulty;
  faulty.world.start("a");
  // As a value looks whose checksum does not fit: longer than it should be.
  faulty.kv->plant(Table::ids, "a", make_key(one, one));
  InstanceFilter filter;
  SECTION("in the order of the ids") {
    filter.order = InstanceOrder::id;
  }
  SECTION("with a prefix") {
    filter.id_prefix = "a";
  }
  const auto listed =
      faulty.world.manage<management::ListInstances::Response>(management::ListInstances{filter});
  REQUIRE_FALSE(listed);
  CHECK(listed.error().kind == Kind::corrupt);
  CHECK(listed.error().message.find("table ids") != std::string::npos);
}

TEST_CASE("a damaged counter is told of once, and never written anew", "[corruption]") {
  const auto tables = std::make_shared<FaultyKv>();
  const auto told = std::make_shared<std::atomic<int>>(0);
  FaultyWorld faulty(tables, {}, [told](const LogRecord& record) {
    *told += record.message.find("counters of the store") != std::string::npos ? 1 : 0;
  });
  const auto key = storage::status_counter(ExecutionStatus::running, 0);
  tables->plant(Table::counters, key, "x");
  faulty.world.start("a");
  faulty.world.start("b");
  CHECK(tables->snapshot()->get(Table::counters, key) == "x");
  CHECK(*told == 1);
}

}  // namespace duroxide::corruption_test
