// Listings of random instances by random filters, against a list that is searched from end to end.

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "provider/faulty_kv.hpp"
#include "provider/population.hpp"

namespace duroxide::listing_property_test {

using namespace duroxide::testing;

namespace {

std::string describe(const InstanceFilter& filter) {
  std::string text = "order " + std::to_string(static_cast<int>(filter.order)) +
                     (filter.descending ? " descending" : "");
  for (const StatusFilter& status : filter.status.value_or(std::vector<ExecutionStatus>{})) {
    text += " " + std::string(to_string(status));
  }
  text += " name " + filter.orchestration_name.value_or("any");
  text += " parent " + filter.parent_instance.value_or("any");
  text += " prefix " + filter.id_prefix.value_or("any");
  text += " version " + filter.version.value_or("any");
  text += " search " + filter.search.value_or("none");
  for (const auto& tag : filter.tags) {
    text += " " + tag;
  }
  const auto add = [&text](const char* what, const auto& number) {
    if (number) {
      text += std::string(" ") + what + " " + std::to_string(*number);
    }
  };
  const auto ms = [](const auto& time) {
    return time ? std::optional(to_milliseconds(*time)) : std::nullopt;
  };
  add("after", ms(filter.created_after));
  add("before", ms(filter.created_before));
  add("updated before", ms(filter.updated_before));
  add("offset", filter.offset);
  add("limit", filter.limit);
  return text + (filter.roots_only ? " roots" : "");
}

std::vector<std::string> all_pages(const storage::Management& reads, const InstanceFilter& filter,
                                   std::uint32_t page_size) {
  std::vector<std::string> ids;
  management::ListPage request{filter, page_size, std::nullopt};
  do {
    const auto page = reads.page(request);
    REQUIRE(page.instances.size() <= page_size);
    REQUIRE((page.instances.size() == page_size || !page.next_cursor));
    const auto more = ids_of(page.instances);
    ids.insert(ids.end(), more.begin(), more.end());
    request.cursor = page.next_cursor;
  } while (request.cursor);
  return ids;
}

}  // namespace

TEST_CASE("any filter lists, pages and counts what matches", "[listing][property]") {
  const Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Population population(tables.kv, GENERATE(1U, 2U, 3U));
  for (int round = 0; round < 8; ++round) {
    population.change(60);
    population.change_and_undo(10);
    population.pause_at_random();
    const auto reads = population.reads();
    InstanceFilter paused;
    paused.status = {StatusFilter::paused()};
    REQUIRE(reads.counts().paused == population.expected(paused).size());
    for (int i = 0; i < 60; ++i) {
      auto filter = population.random_filter();
      INFO(describe(filter));
      REQUIRE(ids_of(reads.list(filter)) == population.expected(filter));
      filter.limit.reset();
      const auto all = population.expected(filter);
      REQUIRE(all_pages(reads, filter, static_cast<std::uint32_t>(1 + population.pick(50))) == all);
      filter.offset.reset();
      REQUIRE(reads.count(filter) == population.expected(filter).size());
    }
  }
}

TEST_CASE("counters are exact whatever happens", "[listing][property]") {
  const Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Population population(tables.kv, 7);
  for (int round = 0; round < 30; ++round) {
    population.change(static_cast<int>(population.pick(40)));
    population.change_and_undo(static_cast<int>(population.pick(20)));
    REQUIRE(population.counters() == population.expected_counters());
  }
  while (!population.living.empty()) {
    population.change_with([&] { population.remove(); });
  }
  CHECK(population.counters().empty());
}

TEST_CASE("pages stay in step with a store that changes between them", "[listing][property]") {
  const Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Population population(tables.kv, GENERATE(11U, 12U));
  population.change(300);
  for (int round = 0; round < 40; ++round) {
    auto filter = population.random_filter();
    filter.offset.reset();
    filter.limit.reset();
    INFO(describe(filter));
    const auto at_first = population.expected(filter);
    std::vector<std::string> seen;
    std::set<std::string> stayed(at_first.begin(), at_first.end());
    management::ListPage request{filter, 20, std::nullopt};
    do {
      const auto page = population.reads().page(request);
      const auto more = ids_of(page.instances);
      seen.insert(seen.end(), more.begin(), more.end());
      request.cursor = page.next_cursor;
      const auto before = population.living;
      population.change(5);
      for (const auto& [number, record] : before) {
        const auto now = population.living.find(number);
        if (now == population.living.end() || now->second != record) {
          stayed.erase(record.id);
        }
      }
    } while (request.cursor);
    for (const auto& id : stayed) {
      REQUIRE(std::count(seen.begin(), seen.end(), id) == 1);
    }
  }
}

}  // namespace duroxide::listing_property_test
