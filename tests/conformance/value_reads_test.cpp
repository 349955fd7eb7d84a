// What every provider must do when a turn looks at the key-value state of an instance.

#include <catch2/catch.hpp>

#include "conformance/values.hpp"

namespace duroxide::conformance_value_reads_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

/// An ack of `item` in which its instance reads a value, as event `id`.
AckOrchestrationItem read_of(const OrchestrationItem& item, const std::string& instance,
                             const std::string& key, std::uint64_t id = 2) {
  auto ack = ack_of(item);
  ack.orchestrator_items = {
      work::ReadKeyValue{instance, key, ParentLink{item.instance, item.execution_id, id}}};
  return ack;
}

std::vector<WorkItem> answer_to(const std::string& reader, std::optional<std::string> value,
                                std::uint64_t id = 2) {
  return {work::KeyValueRead{reader, 1, id, std::move(value)}};
}

}  // namespace

TEST_CASE("a turn reads a value of another instance", "[conformance][values]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("other");
  auto setting = GENERATE(true, false) ? complete_of(world.fetch_one()) : ack_of(world.fetch_one());
  setting.values = {set("k", "v", 1), set("empty", "", 2)};
  world.ack(setting).value();
  world.start("a");
  auto ack = read_of(world.fetch_one(), "other", "k");
  ack.orchestrator_items.push_back(work::ReadKeyValue{"other", "none", ParentLink{"a", 1, 3}});
  ack.orchestrator_items.push_back(work::ReadKeyValue{"other", "empty", ParentLink{"a", 1, 4}});
  ack.orchestrator_items.push_back(work::ReadKeyValue{"nobody", "k", ParentLink{"a", 1, 5}});
  world.ack(ack).value();
  const auto item = world.fetch_one();
  CHECK(item.instance == "a");
  CHECK(item.messages == std::vector<WorkItem>{work::KeyValueRead{"a", 1, 2, "v"},
                                               work::KeyValueRead{"a", 1, 3, std::nullopt},
                                               work::KeyValueRead{"a", 1, 4, ""},
                                               work::KeyValueRead{"a", 1, 5, std::nullopt}});
  world.ack(ack_of(item)).value();
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("an instance reads what its own turn has set", "[conformance][values]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto ack = read_of(world.fetch_one(), "a", "k");
  ack.values = {set("k", "mine", 1)};
  world.ack(ack).value();
  const auto item = world.fetch_one();
  CHECK(item.messages == answer_to("a", "mine"));
  ack = read_of(item, "a", "k", 3);
  ack.values = {cleared("k")};
  world.ack(ack).value();
  CHECK(world.fetch_one().messages == answer_to("a", std::nullopt, 3));
}

TEST_CASE("the answer is for the execution that asked", "[conformance][values][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  SECTION("not for the next one") {
    auto ack = continue_of(item);
    ack.orchestrator_items.push_back(work::ReadKeyValue{"a", "k", ParentLink{"a", 1, 2}});
    world.ack(ack).value();
    const auto next = world.fetch_one();
    REQUIRE(next.messages.size() == 1);
    CHECK(std::holds_alternative<work::ContinueAsNew>(next.messages.at(0)));
  }
  SECTION("and for nobody once it has ended") {
    auto ack = complete_of(item);
    ack.orchestrator_items = {work::ReadKeyValue{"a", "k", ParentLink{"a", 1, 2}}};
    world.ack(ack).value();
    CHECK(world.nothing_to_fetch());
    CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value() == QueueDepths{});
  }
}

TEST_CASE("a bad read refuses its ack", "[conformance][values]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = read_of(item, "b", "k");
  auto& read = std::get<work::ReadKeyValue>(ack.orchestrator_items.front());
  SECTION("no instance") {
    read.instance.clear();
  }
  SECTION("a bad key") {
    read.key = std::string(256, 'x');
  }
  SECTION("another reader") {
    read.reader.instance = "b";
  }
  SECTION("a reader in another execution") {
    read.reader.execution_id = 2;
  }
  SECTION("an answer instead of a question") {
    ack.orchestrator_items = {work::KeyValueRead{"a", 1, 2, "forged"}};
  }
  CHECK(world.ack(ack).error().kind == Kind::invalid_input);
  CHECK(world.history("a").empty());
  CHECK(world.ack(read_of(item, "b", "k")));
}

TEST_CASE("a read is for turns only", "[conformance][values]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  const auto delay = GENERATE(as<std::optional<Milliseconds>>{}, std::nullopt, 1000ms);
  const auto asked = world.enqueue(work::ReadKeyValue{"a", "k", ParentLink{"a", 1, 2}}, delay);
  REQUIRE_FALSE(asked);
  CHECK(asked.error().kind == Kind::invalid_input);
  const auto forged = world.enqueue(work::KeyValueRead{"a", 1, 2, "forged"}, delay);
  REQUIRE_FALSE(forged);
  CHECK(forged.error().kind == Kind::invalid_input);
  CHECK(world.nothing_to_fetch());
}

}  // namespace duroxide::conformance_value_reads_test
