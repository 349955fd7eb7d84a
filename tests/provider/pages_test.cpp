// Pages and their cursors, through the actor.

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"
#include "provider/population.hpp"
#include "storage/keys.hpp"

namespace duroxide::pages_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

Answer<InstancePage> page(World& world, const InstanceFilter& filter, std::uint32_t size,
                          std::optional<std::string> cursor = {}) {
  return world.manage<Answer<InstancePage>>(management::ListPage{filter, size, std::move(cursor)});
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a page says where the next one begins", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto none = page(world, {}, 10).value();
  CHECK(none.instances.empty());
  CHECK_FALSE(none.next_cursor);
  for (const auto* id : {"c", "a", "b"}) {
    world.start(id);
  }
  const auto first = page(world, {}, 2).value();
  CHECK(ids_of(first.instances) == Ids{"c", "a"});
  REQUIRE(first.next_cursor);
  world.start("d");
  const auto second = page(world, {}, 2, first.next_cursor).value();
  CHECK(ids_of(second.instances) == Ids{"b", "d"});
  CHECK_FALSE(second.next_cursor);
  CHECK_FALSE(page(world, {}, 4).value().next_cursor);
  CHECK_FALSE(page(world, {}, 5).value().next_cursor);
}

TEST_CASE("an offset counts from the first page's beginning", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  for (const auto* id : {"a", "b", "c", "d"}) {
    world.start(id);
  }
  InstanceFilter filter;
  filter.offset = 1;
  filter.limit = 1;  // is ignored
  const auto first = page(world, filter, 2).value();
  CHECK(ids_of(first.instances) == Ids{"b", "c"});
  CHECK(ids_of(page(world, filter, 2, first.next_cursor).value().instances) == Ids{"d"});
}

TEST_CASE("a cursor is good for its own order only", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  for (const auto* id : {"a", "b", "c"}) {
    world.start(id);
  }
  InstanceFilter filter;
  filter.order = GENERATE(InstanceOrder::created, InstanceOrder::updated, InstanceOrder::id);
  filter.descending = GENERATE(false, true);
  const auto cursor = page(world, filter, 1).value().next_cursor.value();
  CHECK(page(world, filter, 1, cursor).value().instances.at(0).instance_id == "b");
  filter.descending = !filter.descending;
  CHECK(page(world, filter, 1, cursor).error().kind == Kind::invalid_input);
  filter.descending = !filter.descending;
  filter.order = static_cast<InstanceOrder>((static_cast<int>(filter.order) + 1) % 3);
  const auto refused = page(world, filter, 1, cursor).error();
  CHECK(refused.kind == Kind::invalid_input);
  CHECK(refused.operation == "list_page");
  CHECK(refused.message.find("another order") != std::string::npos);
}

TEST_CASE("what is no cursor is refused", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto* text = GENERATE("", "1", "1ca", "1ca00", "1ca000000000000000g", "1CA0000000000000001",
                              "2ca0000000000000001", "1ca00000000000000010", "\xff\xfe", "1ca\n");
  CHECK(page(world, {}, 1, text).error().kind == Kind::invalid_input);
  InstanceFilter by_id;
  by_id.order = InstanceOrder::id;
  CHECK(page(world, by_id, 1, "1ia").error().kind == Kind::invalid_input);
  CHECK(page(world, by_id, 1, "1ia" + std::string(600, '6')).error().kind == Kind::invalid_input);
  CHECK(page(world, {}, 1, "1ca" + std::string(16, '0')).has_value());
  CHECK(page(world, {}, 1, "1ca" + std::string(16, 'f')).has_value());
}

TEST_CASE("a page has 1 to 10,000 rows", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(page(world, {}, 0).error().kind == Kind::invalid_input);
  CHECK(page(world, {}, 10'001).error().kind == Kind::invalid_input);
  CHECK(page(world, {}, 10'000).has_value());
}

TEST_CASE("instances are found by the tags of their start", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto start = [&](const std::string& id, std::vector<std::string> tags) {
    return world.enqueue(work::StartOrchestration{id, "Test", "", {}, {}, std::move(tags)});
  };
  start("a", {"red", "blue"}).value();
  start("b", {"red"}).value();
  start("c", {"re"}).value();
  world.ack(continue_of(world.fetch_one())).value();
  InstanceFilter filter;
  filter.tags = {"red"};
  CHECK(ids_of(page(world, filter, 10).value().instances) == Ids{"a", "b"});
  filter.tags = {"red", "blue"};
  const auto both = page(world, filter, 10).value();
  CHECK(ids_of(both.instances) == Ids{"a"});
  CHECK(both.instances.at(0).tags == std::vector<std::string>{"red", "blue"});
  CHECK(both.instances.at(0).execution_count == 2);
  CHECK(world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"a"}).value().tags ==
        std::vector<std::string>{"red", "blue"});

  CHECK(start("x", {""}).error().kind == Kind::invalid_input);
  CHECK(start("x", std::vector<std::string>(17, "t")).error().kind == Kind::invalid_input);
  CHECK(start("x", {std::string(256, 't')}).error().kind == Kind::invalid_input);
}

TEST_CASE("a cancelled instance says so", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.start("b");
  auto items = world.fetch(2);
  auto cancelled = fail_of(items.at(0));
  cancelled.metadata.failure = application_error(ErrorKind::cancelled, "stop");
  world.ack(cancelled).value();
  world.ack(fail_of(items.at(1))).value();
  const auto rows = page(world, {}, 10).value().instances;
  CHECK(rows.at(0).cancelled);
  CHECK_FALSE(rows.at(1).cancelled);
}

TEST_CASE("texts that no store can hold match nothing", "[pages][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  InstanceFilter filter;
  const std::string text = GENERATE(std::string(600, 'x'), std::string("a\0b", 3), "\xff");
  SECTION("name") {
    filter.orchestration_name = text;
  }
  SECTION("tag") {
    filter.tags = {text};
  }
  SECTION("prefix") {
    filter.id_prefix = text;
  }
  SECTION("parent") {
    filter.parent_instance = text;
  }
  CHECK(page(world, filter, 10).value().instances.empty());
}

TEST_CASE("an unreadable instance is left out of listings and told to the log",
          "[pages][listing]") {
  auto kv = std::make_shared<FaultyKv>();
  Population population(kv, 3);
  population.change(30);
  const auto [number, record] = *std::next(population.living.begin(), 5);
  kv->plant(Table::instances, storage::make_key(number), "rubbish");
  InstanceFilter filter;
  filter.order = GENERATE(InstanceOrder::created, InstanceOrder::updated, InstanceOrder::id);
  std::vector<std::string> logged;
  const storage::Management reads(kv, population.reasons, population.clock,
                                  [&](const LogRecord& line) { logged.push_back(line.message); });
  auto expected = population.expected(filter);
  expected.erase(std::find(expected.begin(), expected.end(), record.id));
  CHECK(ids_of(reads.list(filter)) == expected);
  REQUIRE_FALSE(logged.empty());
  CHECK(logged.at(0).find(storage::hex(storage::make_key(number))) != std::string::npos);
}

}  // namespace duroxide::pages_test
