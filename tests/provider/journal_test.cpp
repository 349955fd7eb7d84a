// Small commits stand in the journal before they come into the tables, and nobody can tell.

#include <map>
#include <random>

#include <lmdb.h>
#include <catch2/catch.hpp>

#include "model/archive.hpp"
#include "provider/journaled.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/journal.hpp"
#include "storage/lmdb/lmdb_reader.hpp"

namespace duroxide::journal_test {

using namespace duroxide::storage;
using namespace duroxide::testing;

TEST_CASE("a small commit goes into the journal, and all who read see it", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  CHECK(store.in_journal() == 1);
  CHECK(store.in_table() == 0);
  CHECK(store.read("a") == "1");
  CHECK(store.kv->writer_view()->get(table, "a") == "1");
  {
    const auto copy = crashed_copy(store.directory);
    LmdbReader reader(copy, ProcessClaim(copy, Use::read));
    CHECK(reader.snapshot()->get(table, "a") == "1");
    CHECK(reader.snapshot()->count(table) == 1);
  }
  store.kv->commit(one_change("a", std::nullopt));
  CHECK(store.in_journal() == 2);
  CHECK_FALSE(store.read("a"));
}

TEST_CASE("a snapshot keeps what was in the journal when it was taken", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  const auto before = store.kv->snapshot();
  store.kv->commit(one_change("a", "2"));
  store.kv->commit(one_change("large", std::string(100'000, 'x')));
  REQUIRE(store.in_journal() == 0);
  CHECK(before->get(table, "a") == "1");
  CHECK(before->count(table) == 1);
  CHECK(before->commits() < store.kv->writer_view()->commits());
}

TEST_CASE("a large commit takes the journal along into the tables", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  store.kv->commit(one_change("b", "1"));
  store.kv->commit(one_change("a", std::nullopt));
  store.kv->commit(one_change("large", std::string(100'000, 'x')));
  CHECK(store.in_journal() == 0);
  CHECK(store.in_table() == 2);
  CHECK(store.read("b") == "1");
  CHECK_FALSE(store.read("a"));
}

TEST_CASE("a commit that goes into the tables wins over the journal", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  Changes changes = one_change("a", std::nullopt);
  changes.at(static_cast<std::size_t>(table)).emplace("b", Change{std::string(100'000, 'x')});
  store.kv->commit(changes);
  REQUIRE(store.in_journal() == 0);
  CHECK_FALSE(store.read("a"));
}

TEST_CASE("the journal is emptied now and then, by count and by size", "[lmdb]") {
  Journaled store;
  const auto value = GENERATE(as<std::string>(), "v", std::string(8'000, 'v'));
  std::uint64_t longest = 0;
  bool was_emptied = false;
  for (int i = 0; i < 100; ++i) {
    store.kv->commit(one_change("k" + std::to_string(i), value));
    const auto rows = store.in_journal();
    was_emptied = was_emptied || (i > 0 && rows == 0);
    longest = std::max(longest, rows);
  }
  CHECK(was_emptied);
  CHECK(longest > 4);
  CHECK(longest <= (value.size() > 1 ? 9 : 32));
  CHECK(store.kv->snapshot()->count(table) == 100);
}

TEST_CASE("an orderly end leaves nothing in the journal", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  store.kv->close();
  CHECK(store.in_journal() == 0);
  CHECK(store.in_table() == 1);
}

TEST_CASE("after a crash the journal comes into the tables at the next opening", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  store.kv->commit(one_change("b", "1"));
  store.kv->commit(one_change("a", "2"));
  const auto copy = store.temp.path() / "reopened";
  fs::rename(crashed_copy(store.directory), copy);
  REQUIRE(rows_on_disk(copy, journal_name) == 3);
  auto again = open_tables(copy);
  CHECK(rows_on_disk(copy, journal_name) == 0);
  CHECK(rows_on_disk(copy, to_string(table)) == 2);
  CHECK(again->snapshot()->get(table, "a") == "2");
  again->commit(one_change("b", std::nullopt));
  CHECK(again->snapshot()->count(table) == 1);
}

TEST_CASE("a journal that cannot be read is told of, and left as it is", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  store.kv->commit(one_change("b", "1"));
  std::string row;
  std::string expected;
  SECTION("rubbish") {
    row = "rubbish";
    expected = "key 0000000000000002: ";
  }
  SECTION("missing") {
    expected = "key 0000000000000002: it does not follow row 0";
  }
  SECTION("cut off") {
    row = encode_changes(one_change("b", "1"));
    row.pop_back();
    expected = "key 0000000000000002: ";
  }
  (void)rows_on_disk(store.directory, journal_name, [&](MDB_txn* txn, MDB_dbi journal) {
    const std::string second = make_key(std::uint64_t{2});
    MDB_val key = to_val(second);
    MDB_val value = to_val(row);
    if (row.empty()) {
      const std::string first = make_key(std::uint64_t{1});
      MDB_val gone = to_val(first);
      REQUIRE(mdb_del(txn, journal, &gone, nullptr) == 0);
    } else {
      REQUIRE(mdb_put(txn, journal, &key, &value, 0) == 0);
    }
  });
  const auto damaged = store.temp.path() / "damaged";
  fs::rename(store.temp.path() / "crashed", damaged);
  const auto refused = [&](const auto& open) {
    try {
      open();
    } catch (const StorageFailure& failed) {
      CHECK(failed.error().kind == ProviderError::Kind::corrupt);
      return failed.error().message;
    }
    return std::string("nothing was refused");
  };
  CHECK(refused([&] { (void)open_tables(damaged); }).find("journal, " + expected) !=
        std::string::npos);
  CHECK(refused([&] {
          LmdbReader reader(damaged, ProcessClaim(damaged, Use::read));
          (void)reader.snapshot()->count(table);
        }).find("journal, " + expected) != std::string::npos);
  CHECK(rows_on_disk(damaged, journal_name) == (row.empty() ? 1 : 2));
}

TEST_CASE("a row of the journal that names no table is refused", "[lmdb]") {
  Changes changes;
  std::string row = encode_changes(one_change("a", "1"));
  CHECK(decode_changes_onto(changes, row));
  CHECK(changes.at(static_cast<std::size_t>(table)).at("a").value == "1");
  // Behind the header: the archive's mark, a version, how many changes, and their version.
  constexpr std::size_t place = model::record_header_bytes + 1 + 4 + 8 + 4;
  REQUIRE(row.at(place) == static_cast<char>(table));
  row.at(place) = static_cast<char>(table_count);
  model::seal_record(row);
  CHECK_THAT(decode_changes_onto(changes, row).error().what, Catch::Contains("does not know"));
}

TEST_CASE("what the tables would refuse is refused at once, and harms nothing", "[lmdb]") {
  Journaled store;
  store.kv->commit(one_change("a", "1"));
  CHECK_THROWS_AS(store.kv->commit(one_change(std::string(512, 'k'), "1")), StorageFailure);
  CHECK(store.in_journal() == 1);
  store.kv->commit(one_change(std::string(511, 'k'), "1"));
  store.kv->commit(one_change("large", std::string(100'000, 'x')));
  CHECK(store.in_journal() == 0);
  CHECK(store.kv->snapshot()->count(table) == 3);
}

TEST_CASE("the writer, those who read and the tables come to the same", "[lmdb]") {
  Journaled store;
  std::mt19937 random(7);
  std::map<std::string, std::string> expected;
  const auto rows_of = [](const ReadView& view) {
    std::map<std::string, std::string> rows;
    const auto cursor = view.cursor(table);
    for (bool more = cursor->seek({}); more; more = cursor->next()) {
      rows.emplace(cursor->key(), cursor->value());
    }
    CHECK(view.count(table) == rows.size());
    return rows;
  };
  for (int i = 0; i < 500; ++i) {
    Changes changes;
    for (auto count = 1 + random() % 4; count > 0; --count) {
      const std::string key = "k" + std::to_string(random() % 40);
      std::optional<std::string> value;
      if (random() % 2 == 0) {
        value = std::string(random() % 50 == 0 ? 20'000 : 20, static_cast<char>('a' + i % 26));
        expected.insert_or_assign(key, *value);
      } else {
        expected.erase(key);
      }
      changes.at(static_cast<std::size_t>(table)).insert_or_assign(key, Change{value, false});
    }
    store.kv->commit(changes);
    REQUIRE(rows_of(*store.kv->writer_view()) == expected);
    REQUIRE(rows_of(*store.kv->snapshot()) == expected);
  }
  store.kv->close();
  CHECK(rows_of(*open_tables(store.directory)->snapshot()) == expected);
}

TEST_CASE("the journal grows the map like any commit", "[lmdb]") {
  Journaled store;  // 1 MiB
  std::uint64_t rows = 0;
  while (fs::file_size(store.directory / "data.mdb") < (std::uint64_t{4} << 20)) {
    store.kv->commit(one_change("k" + std::to_string(rows++), std::string(12'000, 'x')));
  }
  CHECK(store.kv->snapshot()->count(table) == rows);
  CHECK_FALSE(store.kv->broken_by());
}

}  // namespace duroxide::journal_test
