// Which format a store has is said by its table alone, whatever an earlier release has left in the
// journal.

#include <lmdb.h>
#include <catch2/catch.hpp>

#include "engine/opening.hpp"
#include "engine/upgrade.hpp"
#include "provider/journaled.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/lmdb_reader.hpp"

namespace duroxide::journal_format_test {

using namespace duroxide::storage;
using namespace duroxide::testing;

namespace {

std::string format_of(std::uint64_t number) {
  return std::string(format_magic) + make_key(number);
}

void set_format(const fs::path& directory, const std::string& format) {
  in_database(directory, to_string(Table::meta), [&](MDB_txn* txn, MDB_dbi meta) {
    MDB_val key = to_val(meta_keys::format);
    MDB_val value = to_val(format);
    REQUIRE(mdb_put(txn, meta, &key, &value, 0) == 0);
  });
}

/// A store as a release of format 2 leaves it in a crash: that number stands in the table, and in the
/// journal too.
fs::path crashed_in_format_2(Journaled& store) {
  Changes changes = one_change("a", "1");
  changes.at(static_cast<std::size_t>(Table::meta))
      .emplace(std::string(meta_keys::format), Change{format_of(2), false});
  store.append(changes);
  set_format(store.directory, format_of(2));
  return store.directory;
}

std::string format_on_disk(const fs::path& directory) {
  std::string format;
  (void)rows_on_disk(directory, to_string(Table::meta), [&](MDB_txn* txn, MDB_dbi meta) {
    MDB_val key = to_val(meta_keys::format);
    MDB_val value{};
    REQUIRE(mdb_get(txn, meta, &key, &value) == 0);
    format = to_view(value);
  });
  return format;
}

}  // namespace

TEST_CASE("what an earlier release has left in the journal does not bring its format back",
          "[lmdb]") {
  Journaled store;
  const auto old = crashed_in_format_2(store);
  const auto kv = open_tables(old);
  CHECK(rows_on_disk(old, journal_name) == 0);
  CHECK(kv->snapshot()->get(table, "a") == "1");
  CHECK(format_on_disk(old) == format_of(store_format));
  CHECK(kv->snapshot()->get(Table::meta, meta_keys::format) == format_of(store_format));
  CHECK(first_to_upgrade(*kv->snapshot()).has_value());
  (void)begin_opening(*kv);
  CHECK_FALSE(first_to_upgrade(*kv->snapshot()).has_value());
}

TEST_CASE("a reader takes the format from the table, whatever stands in the journal", "[lmdb]") {
  Journaled store;
  const auto old = crashed_in_format_2(store);
  set_format(old, format_of(store_format));
  LmdbReader reader(old, ProcessClaim(old, Use::read));
  const auto view = reader.snapshot();
  CHECK(view->get(Table::meta, meta_keys::format) == format_of(store_format));
  CHECK(view->get(table, "a") == "1");
}

TEST_CASE("a store of the first format is taken over", "[lmdb]") {
  Journaled store;
  const auto& old = store.directory;
  open_tables(old)->commit(one_change("a", "1"));
  const std::string first = format_of(1);
  set_format(old, first);
  in_database(old, journal_name,
              [](MDB_txn* txn, MDB_dbi journal) { REQUIRE(mdb_drop(txn, journal, 1) == 0); });
  REQUIRE(format_on_disk(old) == first);
  try {
    LmdbReader(old, ProcessClaim(old, Use::read));
    FAIL("a reader that cannot make it today's was let in");
  } catch (const StorageFailure& refused) {
    CHECK(refused.error().kind == ProviderError::Kind::read_only);
  }
  auto kv = open_tables(old);
  CHECK(kv->snapshot()->get(table, "a") == "1");
  // By itself, and not by way of the log: a release that knows of none must refuse it by then.
  CHECK(format_on_disk(old) == format_of(store_format));
}

}  // namespace duroxide::journal_format_test
