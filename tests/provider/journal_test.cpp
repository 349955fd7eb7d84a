// What an earlier release has left in its journal is not lost: a reader finds it, and an opening brings
// it into the tables.

#include <cstdint>
#include <string>

#include <lmdb.h>
#include <catch2/catch.hpp>

#include "model/archive.hpp"
#include "provider/journaled.hpp"
#include "storage/lmdb/lmdb_reader.hpp"

namespace duroxide::journal_test {

using namespace duroxide::storage;
using namespace duroxide::testing;

TEST_CASE("after a crash the journal comes into the tables at the next opening", "[lmdb]") {
  Journaled store;
  store.append(one_change("a", "1"));
  store.append(one_change("b", "1"));
  store.append(one_change("a", "2"));
  {
    LmdbReader reader(store.directory, ProcessClaim(store.directory, Use::read));
    CHECK(reader.snapshot()->get(table, "a") == "2");
    CHECK(reader.snapshot()->count(table) == 2);
  }
  CHECK(rows_on_disk(store.directory, to_string(table)) == 0);
  const auto kv = open_tables(store.directory);
  CHECK(rows_on_disk(store.directory, journal_name) == 0);
  CHECK(rows_on_disk(store.directory, to_string(table)) == 2);
  CHECK(kv->snapshot()->get(table, "a") == "2");
  kv->commit(one_change("b", std::nullopt));
  CHECK(kv->snapshot()->count(table) == 1);
}

TEST_CASE("a journal that cannot be read is told of, and left as it is", "[lmdb]") {
  Journaled store;
  store.append(one_change("a", "1"));
  std::string expected = "key 0000000000000002: ";
  std::uint64_t left = 2;
  SECTION("rubbish") {
    store.append("rubbish");
  }
  SECTION("cut off") {
    std::string row = encode_changes(one_change("b", "1"));
    row.pop_back();
    store.append(row);
  }
  SECTION("missing") {
    store.append(one_change("b", "1"));
    in_database(store.directory, journal_name, [](MDB_txn* txn, MDB_dbi journal) {
      const std::string first = make_key(std::uint64_t{1});
      MDB_val gone = to_val(first);
      REQUIRE(mdb_del(txn, journal, &gone, nullptr) == 0);
    });
    expected += "it does not follow row 0";
    left = 1;
  }
  const auto refused = [&](const auto& open) {
    try {
      open();
    } catch (const StorageFailure& failed) {
      CHECK(failed.error().kind == ProviderError::Kind::corrupt);
      return failed.error().message;
    }
    return std::string("nothing was refused");
  };
  CHECK_THAT(refused([&] { (void)open_tables(store.directory); }),
             Catch::Contains("journal, " + expected));
  CHECK_THAT(refused([&] {
               LmdbReader reader(store.directory, ProcessClaim(store.directory, Use::read));
               (void)reader.snapshot()->count(table);
             }),
             Catch::Contains("journal, " + expected));
  CHECK(rows_on_disk(store.directory, journal_name) == left);
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

TEST_CASE("a journal that is larger than the map is brought into the tables", "[lmdb]") {
  Journaled store;
  for (int row = 0; row < 300; ++row) {
    store.append(one_change("row " + std::to_string(row), std::string(12'000, 'x')));
  }
  const auto kv = open_tables(store.directory);  // with a map of 1 MiB
  CHECK(kv->snapshot()->count(table) == 300);
  CHECK(rows_on_disk(store.directory, journal_name) == 0);
  CHECK_FALSE(kv->broken_by());
}

}  // namespace duroxide::journal_test
