// Listings that search in what instances are called and say.

#include <catch2/catch.hpp>

#include "conformance/values.hpp"
#include "engine/instances.hpp"
#include "provider/acting_steps.hpp"
#include "provider/faulty_world.hpp"
#include "provider/population.hpp"
#include "provider/tables.hpp"

namespace duroxide::search_test {

using namespace duroxide::provider;
using namespace duroxide::testing;

namespace {

Ids found(World& world, const std::string& text, const StatusFilters& statuses = {}) {
  InstanceFilter filter;
  filter.search = text;
  if (!statuses.empty()) {
    filter.status = statuses;
  }
  const auto rows =
      world.manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{filter}).value();
  const auto page = world.manage<Answer<InstancePage>>(management::ListPage{filter, 100, {}});
  CHECK(ids_of(page.value().instances) == ids_of(rows));
  CHECK_FALSE(page.value().next_cursor);
  CHECK(world.manage<Answer<std::uint64_t>>(management::CountInstances{filter}).value() ==
        rows.size());
  return ids_of(rows);
}

/// `Order-1` has failed, `pay-2` was terminated, `pay-3` runs and says something, `pay-4` has
/// completed.
void fill(World& world) {
  for (const auto* id : {"Order-1", "pay-2", "pay-3", "pay-4"}) {
    world.start(id);
  }
  const auto items = world.fetch(4);
  world.ack(fail_of(items.at(0), "Connection REFUSED by host")).value();
  world.ack(status_of(items.at(2), "waits for the host", 1)).value();
  world.ack(complete_of(items.at(3), "the host said yes")).value();
  world.ack(ack_of(items.at(1))).value();
  terminate(world, "pay-2", "hostile takeover").value();
}

/// A store with so many instances, `i-1` and so on, of which every 4,000th says `needle`.
void fill(storage::KvStore& kv, storage::Number instances) {
  storage::Batch batch(kv);
  storage::Instances records(batch);
  batch.begin_request();
  for (storage::Number number = 1; number <= instances; ++number) {
    storage::InstanceRecord record;
    record.id = "i-" + std::to_string(number) + (number % 4000 == 0 ? "-needle" : "");
    record.orchestration = "O";
    record.created_at = from_milliseconds(1000);
    record.updated_at = from_milliseconds(static_cast<std::int64_t>(1000 + number));
    records.create(number, record);
  }
  batch.make_room(0);
  batch.commit();
}

}  // namespace

TEST_CASE("a search finds what is in the id, the custom status and the error, in capitals or not",
          "[listing][pages]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  fill(world);
  CHECK(found(world, "order") == Ids{"Order-1"});
  CHECK(found(world, "PAY-") == Ids{"pay-2", "pay-3", "pay-4"});
  CHECK(found(world, "connection refused") == Ids{"Order-1"});
  CHECK(found(world, "takeover") == Ids{"pay-2"});
  // An output is not looked at.
  CHECK(found(world, "host") == Ids{"Order-1", "pay-2", "pay-3"});
  CHECK(found(world, "host", {ExecutionStatus::failed}) == Ids{"Order-1"});
  CHECK(found(world, "host", {ExecutionStatus::running}) == Ids{"pay-3"});
  CHECK(found(world, "nowhere").empty());
}

TEST_CASE("what cannot be read is not found, and hides nothing else", "[listing][pages]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  fill(world);
  faulty.kv->plant(storage::Table::results, storage::make_key(1U, std::uint64_t{1}), "rubbish");
  faulty.kv->plant(storage::Table::custom_status, storage::make_key(3U), "rubbish");
  CHECK(found(world, "host") == Ids{"pay-2"});
  CHECK(found(world, "pay") == Ids{"pay-2", "pay-3", "pay-4"});
}

TEST_CASE("a page of a search looks at 10,000 instances, and says where it has got to",
          "[listing][pages]") {
  const Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  fill(*tables.kv, 25'000);
  const storage::Management reads(tables.kv, std::make_shared<storage::WaitingReasons>(),
                                  std::make_shared<ManualClock>());
  InstanceFilter filter;
  filter.search = "NEEDLE";
  filter.order = GENERATE(InstanceOrder::created, InstanceOrder::updated, InstanceOrder::id);
  filter.descending = GENERATE(false, true);
  CHECK(reads.count(filter) == 6);
  const auto all = ids_of(reads.list(filter));
  REQUIRE(all.size() == 6);
  Ids in_pages;
  std::size_t pages = 0;
  management::ListPage request{filter, 100, std::nullopt};
  do {
    const auto page = reads.page(request);
    const auto more = ids_of(page.instances);
    in_pages.insert(in_pages.end(), more.begin(), more.end());
    request.cursor = page.next_cursor;
    ++pages;
  } while (request.cursor);
  CHECK(in_pages == all);
  CHECK(pages == 3);
  // A page that is full ends before that.
  const auto first = reads.page({filter, 1, std::nullopt});
  CHECK(ids_of(first.instances) == Ids{all.at(0)});
  REQUIRE(first.next_cursor);
  CHECK(ids_of(reads.page({filter, 1, first.next_cursor}).instances) == Ids{all.at(1)});
  filter.offset = 4;
  CHECK(ids_of(reads.page({filter, 100, std::nullopt}).instances) == Ids{all.at(4), all.at(5)});
  filter.offset.reset();
  filter.search = "nowhere";
  const auto none = reads.page({filter, 100, std::nullopt});
  CHECK(none.instances.empty());
  CHECK(none.next_cursor);
}

}  // namespace duroxide::search_test
