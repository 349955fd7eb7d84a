// The tables of both kinds, and the batch over them.

#include <future>
#include <thread>
#include <utility>

#include <catch2/catch.hpp>

#include "provider/faulty_kv.hpp"
#include "provider/tables.hpp"
#include "storage/batch.hpp"
#include "storage/keys.hpp"

namespace duroxide::batch_test {

using namespace duroxide::storage;
using duroxide::testing::Backend;
using duroxide::testing::FaultyKv;
using duroxide::testing::Tables;

namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows rows(Batch& batch, std::string_view prefix, std::string_view from) {
  Rows found;
  batch.scan(Table::inbox, prefix, from, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  });
  return found;
}

}  // namespace

TEST_CASE("a batch is seen by itself at once and by others after the commit", "[kv]") {
  Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Batch batch(*tables.kv);
  CHECK(batch.empty());
  batch.put(Table::inbox, "a", "1");
  CHECK(batch.get(Table::inbox, "a") == "1");
  CHECK_FALSE(batch.committed().get(Table::inbox, "a"));
  CHECK_FALSE(tables.kv->snapshot()->get(Table::inbox, "a"));
  CHECK_FALSE(batch.get(Table::work, "a"));
  batch.commit();
  CHECK(batch.empty());
  CHECK(tables.kv->snapshot()->get(Table::inbox, "a") == "1");
  CHECK(batch.get(Table::inbox, "a") == "1");
  batch.erase(Table::inbox, "a");
  CHECK_FALSE(batch.contains(Table::inbox, "a"));
  CHECK(batch.committed().get(Table::inbox, "a"));
  batch.discard();
  CHECK(batch.contains(Table::inbox, "a"));
  batch.erase(Table::inbox, "a");
  batch.commit();
  CHECK(tables.kv->snapshot()->count(Table::inbox) == 0);
}

TEST_CASE("a scan merges the batch with what is committed", "[kv]") {
  Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Batch batch(*tables.kv);
  for (const char* key : {"a1", "a3", "a5", "b1"}) {
    batch.put(Table::inbox, key, "old");
  }
  batch.commit();
  batch.put(Table::inbox, "a0", "new");
  batch.put(Table::inbox, "a3", "changed");
  batch.erase(Table::inbox, "a1");
  batch.put_new(Table::inbox, "a9", "new");
  batch.put(Table::inbox, "b0", "new");
  CHECK(rows(batch, "a", "a") ==
        Rows{{"a0", "new"}, {"a3", "changed"}, {"a5", "old"}, {"a9", "new"}});
  CHECK(rows(batch, "a", "a4") == Rows{{"a5", "old"}, {"a9", "new"}});
  CHECK(rows(batch, "", "b") == Rows{{"b0", "new"}, {"b1", "old"}});
  CHECK(rows(batch, "c", "c").empty());
  int visited = 0;
  batch.scan(Table::inbox, "a", [&](std::string_view, std::string_view) { return ++visited < 2; });
  CHECK(visited == 2);
}

TEST_CASE("what comes and goes within a batch is never written", "[kv]") {
  Tables tables(Backend::memory);
  Batch batch(*tables.kv);
  batch.put_new(Table::inbox, "a", "1");
  batch.erase(Table::inbox, "a");
  CHECK(batch.empty());
  batch.erase(Table::inbox, "never");
  CHECK(batch.empty());
}

TEST_CASE("a request can be taken back", "[kv]") {
  Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Batch batch(*tables.kv);
  batch.put(Table::inbox, "kept", "1");
  batch.put(Table::inbox, "gone", "1");
  batch.commit();
  batch.put_new(Table::inbox, "staged", "1");
  batch.put(Table::inbox, "kept", "2");
  batch.begin_request();
  batch.put(Table::inbox, "kept", "3");
  batch.put_new(Table::inbox, "fresh", "1");
  batch.erase(Table::inbox, "staged");
  batch.put(Table::inbox, "staged", "x");
  batch.erase(Table::inbox, "gone");
  batch.erase(Table::inbox, "fresh");
  batch.undo_request();
  CHECK(rows(batch, "", "") == Rows{{"gone", "1"}, {"kept", "2"}, {"staged", "1"}});
  batch.erase(Table::inbox, "staged");
  batch.commit();
  CHECK(tables.kv->snapshot()->count(Table::inbox) == 2);
}

TEST_CASE("what no store takes does not come into a batch", "[kv]") {
  Tables tables(Backend::memory);
  Batch batch(*tables.kv);
  for (const std::string& key : {std::string(), std::string(longest_key + 1, 'k')}) {
    CHECK_THROWS_AS(batch.put(Table::inbox, key, "1"), StorageFailure);
    CHECK_THROWS_AS(batch.put_new(Table::inbox, key, "1"), StorageFailure);
  }
  CHECK(batch.empty());
  batch.put(Table::inbox, std::string(longest_key, 'k'), "1");
  CHECK_FALSE(batch.empty());
}

TEST_CASE("a batch has room for what it has asked for, until it is committed", "[kv]") {
  FaultyKv kv;
  kv.room = 1000;
  Batch batch(kv);
  CHECK_FALSE(batch.has_room(0));
  batch.put(Table::inbox, "a", std::string(500, 'x'));
  batch.make_room(300);
  CHECK(batch.has_room(300));
  batch.begin_request();
  batch.put(Table::inbox, "b", std::string(500, 'x'));
  batch.count("c", 1);
  CHECK_THROWS_AS(batch.make_room(0), StorageFailure);
  batch.undo_request();
  CHECK(batch.has_room(300));  // what was taken back takes none
  batch.commit();
  CHECK_FALSE(batch.has_room(0));
  CHECK(kv.snapshot()->count(Table::inbox) == 1);
}

TEST_CASE("a counter that a part of a request has changed takes room again when the rest does",
          "[kv]") {
  FaultyKv kv;  // which ends the process if more is committed than room was made for
  Batch batch(kv);
  batch.begin_request();
  batch.count("kept", 1);
  const auto before = batch.bytes();
  const auto mark = batch.mark();
  batch.count("counter", 1);
  const auto with_both = batch.bytes();
  batch.undo_to(mark);
  CHECK(batch.bytes() == before);
  batch.count("counter", 1);
  CHECK(batch.bytes() == with_both);
  batch.make_room(0);
  batch.commit();
  CHECK(kv.snapshot()->count(Table::counters) == 2);
}

TEST_CASE("a batch shows values with shared payloads as any other", "[kv][payloads]") {
  Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Batch batch(*tables.kv);
  const Payload payload(std::string(5000, 'p'));
  batch.put(Table::inbox, "a", model::SharedBytes("12", {{1, payload}}));
  const auto staged = batch.get(Table::inbox, "a");
  REQUIRE(staged);
  CHECK(staged->has_parts());
  const std::string flat = "1" + payload + "2";
  CHECK(staged == flat);
  CHECK(rows(batch, "", "") == Rows{{"a", flat}});
  batch.commit();
  CHECK(tables.kv->snapshot()->get(Table::inbox, "a") == flat);
  CHECK(rows(batch, "", "") == Rows{{"a", flat}});
}

TEST_CASE("a damaged counter stays as it is, and holds up no commit", "[kv]") {
  Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Changes changes;
  changes.at(static_cast<std::size_t>(Table::counters)).emplace("bad", Change{"x", false});
  tables.kv->commit(std::move(changes));
  Batch batch(*tables.kv);
  batch.count("bad", 5);
  batch.count("good", 2);
  batch.put(Table::inbox, "a", "1");
  batch.commit();
  const auto view = tables.kv->snapshot();
  CHECK(view->get(Table::counters, "bad") == "x");
  CHECK(view->get(Table::counters, "good") == make_key(std::uint64_t{2}));
  CHECK(view->get(Table::inbox, "a") == "1");
  CHECK(batch.damaged_counters() == std::set<std::string>{"bad"});
}

TEST_CASE("a cursor finds the first, the next and the last", "[kv]") {
  Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Batch batch(*tables.kv);
  {
    const auto view = tables.kv->snapshot();
    const auto cursor = view->cursor(Table::work);
    CHECK_FALSE(cursor->seek({}));
    CHECK_FALSE(cursor->last());
  }
  batch.put(Table::work, "b", "");
  batch.put(Table::work, "d", std::string(100'000, 'x'));
  batch.commit();
  const auto view = tables.kv->snapshot();
  const auto cursor = view->cursor(Table::work);
  REQUIRE(cursor->seek("a"));
  CHECK(cursor->key() == "b");
  CHECK(cursor->value().empty());
  REQUIRE(cursor->next());
  CHECK(cursor->value().size() == 100'000);
  CHECK_FALSE(cursor->next());
  REQUIRE(cursor->seek({}));
  CHECK(cursor->key() == "b");
  REQUIRE(cursor->last());
  CHECK(cursor->key() == "d");
  CHECK_FALSE(cursor->seek("e"));
}

TEST_CASE("a snapshot stays as it was", "[kv]") {
  // Only LMDB lets a writer go on beside a snapshot; in memory it would wait for it.
  Tables tables(Backend::lmdb);
  Batch batch(*tables.kv);
  batch.put(Table::work, "a", "1");
  batch.commit();
  const auto view = tables.kv->snapshot();
  batch.put(Table::work, "a", "2");
  batch.commit();
  CHECK(view->get(Table::work, "a") == "1");
}

TEST_CASE("the map grows under a commit, and waits for snapshots to", "[kv]") {
  Tables tables(Backend::lmdb);  // 1 MiB
  Batch batch(*tables.kv);
  for (int i = 0; i < 40; ++i) {
    batch.put(Table::work, "k" + std::to_string(i), std::string(200'000, 'x'));
  }
  std::promise<void> reading;
  std::thread reader([&] {
    const auto view = tables.kv->snapshot();
    reading.set_value();
    CHECK(view->count(Table::work) == 0);
  });
  reading.get_future().wait();
  batch.commit();
  reader.join();
  CHECK(tables.kv->snapshot()->count(Table::work) == 40);
  CHECK_FALSE(tables.kv->broken_by());
}

TEST_CASE("closed tables say so", "[kv]") {
  Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  tables.kv->close();
  try {
    (void)tables.kv->snapshot();
    FAIL("a snapshot of closed tables");
  } catch (const StorageFailure& closed) {
    CHECK(closed.error().kind == ProviderError::Kind::closed);
  }
}

}  // namespace duroxide::batch_test
