// What stands on the disk is taken for what was written only if it is that, and under its own key.

#include <functional>
#include <utility>
#include <vector>

#include <lmdb.h>
#include <catch2/catch.hpp>

#include "provider/damaged.hpp"
#include "provider/engine_process.hpp"
#include "storage/format.hpp"

namespace duroxide::checksums_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using Kind = ProviderError::Kind;
using storage::make_key;
using storage::Table;

namespace {

using Row = std::pair<std::string, std::string>;

/// The rows of a table as they stand in the file, to be changed.
class RawTable {
 public:
  RawTable(const std::filesystem::path& directory, Table table) {
    REQUIRE(mdb_env_create(&env_) == 0);
    REQUIRE(mdb_env_set_maxdbs(env_, 4) == 0);
    REQUIRE(mdb_env_open(env_, directory.c_str(), MDB_NOLOCK | MDB_NOSYNC, 0600) == 0);
    REQUIRE(mdb_txn_begin(env_, nullptr, 0, &txn_) == 0);
    REQUIRE(mdb_dbi_open(txn_, std::string(to_string(table)).c_str(), 0, &dbi_) == 0);
  }
  ~RawTable() {
    CHECK(mdb_txn_commit(txn_) == 0);
    mdb_env_close(env_);
  }
  RawTable(const RawTable&) = delete;
  RawTable& operator=(const RawTable&) = delete;

  [[nodiscard]] std::vector<Row> rows() const {
    std::vector<Row> found;
    MDB_cursor* cursor = nullptr;
    REQUIRE(mdb_cursor_open(txn_, dbi_, &cursor) == 0);
    MDB_val key{};
    MDB_val value{};
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
      found.emplace_back(text(key), text(value));
    }
    mdb_cursor_close(cursor);
    return found;
  }
  [[nodiscard]] std::string get(const std::string& key) const {
    MDB_val name = val(key);
    MDB_val value{};
    REQUIRE(mdb_get(txn_, dbi_, &name, &value) == 0);
    return text(value);
  }
  void put(const std::string& key, const std::string& value) {
    MDB_val name = val(key);
    MDB_val content = val(value);
    REQUIRE(mdb_put(txn_, dbi_, &name, &content, 0) == 0);
  }
  void erase(const std::string& key) {
    MDB_val name = val(key);
    REQUIRE(mdb_del(txn_, dbi_, &name, nullptr) == 0);
  }

 private:
  static std::string text(const MDB_val& bytes) {
    return {static_cast<const char*>(bytes.mv_data), bytes.mv_size};
  }
  static MDB_val val(const std::string& bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
  }

  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  MDB_dbi dbi_ = 0;
};

/// A store of filled tables that nobody has open.
void make_store(const std::filesystem::path& directory) {
  const auto world = open_world(directory);
  fill(*world);
  world->close();
}

ProviderError status_error(World& world, const std::string& id) {
  const auto answer = world.ask<Answer<OrchestrationStatus>>(*world.client, GetStatus{id});
  REQUIRE_FALSE(answer);
  return answer.error();
}

}  // namespace

TEST_CASE("a changed output is an error, not another output", "[checksums]") {
  TempDir temp;
  make_store(temp.path());
  {
    RawTable results(temp.path(), Table::results);
    auto bytes = results.get(make_key(one, one));
    bytes.back() = 'X';
    results.put(make_key(one, one), bytes);
  }
  const auto world = open_to_read(temp.path());
  const auto error = status_error(*world, "done");
  CHECK(error.kind == Kind::corrupt);
  CHECK(error.message.find("checksum") != std::string::npos);
}

TEST_CASE("an output under another instance's key is an error", "[checksums]") {
  TempDir temp;
  {
    const auto world = open_world(temp.path());
    for (const char* id : {"a", "b"}) {
      world->start(id);
      world->ack(complete_of(world->fetch_one(), id)).value();
    }
    world->close();
  }
  {
    RawTable results(temp.path(), Table::results);
    results.put(make_key(std::uint64_t{2}, one), results.get(make_key(one, one)));
  }
  const auto world = open_to_read(temp.path());
  CHECK(world->status("a").output() == "a");
  CHECK(status_error(*world, "b").kind == Kind::corrupt);
}

TEST_CASE("a value under another name is an error", "[checksums]") {
  TempDir temp;
  make_store(temp.path());
  {
    RawTable values(temp.path(), Table::values);
    const auto key = make_key(busy) + "key";
    values.put(make_key(busy) + "kez", values.get(key));
    values.erase(key);
  }
  const auto world = open_to_read(temp.path());
  const auto answer =
      world->ask<Answer<std::optional<StoredValue>>>(*world->client, GetValue{"busy", "kez"});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::corrupt);
}

TEST_CASE("a store is refused if what says where its log goes on is damaged", "[checksums]") {
  TempDir temp;
  make_store(temp.path());
  const std::string key(storage::meta_keys::log);
  {
    RawTable meta(temp.path(), Table::meta);
    auto value = meta.get(key);
    value.back() = static_cast<char>(value.back() ^ 1);
    meta.put(key, value);
  }
  const auto options = LmdbOptions().log_sink({});
  CHECK(LmdbProvider::open(temp.path(), options).error().kind == Kind::corrupt);
  CHECK(LmdbProvider::open_read_only(temp.path(), options).error().kind == Kind::corrupt);
}

TEST_CASE("verify finds a changed byte in whichever row it is", "[checksums]") {
  TempDir temp;
  make_store(temp.path());
  std::size_t tried = 0;
  for (std::size_t index = 0; index < storage::table_count; ++index) {
    const auto table = static_cast<Table>(index);
    const auto rows = RawTable(temp.path(), table).rows();
    for (const Row& row : rows) {
      const std::string& key = row.first;
      const std::string& value = row.second;
      if (key == storage::meta_keys::format || key == storage::meta_keys::log) {
        continue;  // without these it cannot be opened
      }
      CAPTURE(to_string(table), storage::hex(key));
      auto changed = value;
      REQUIRE_FALSE(changed.empty());
      changed.back() = static_cast<char>(changed.back() ^ 1);
      RawTable(temp.path(), table).put(key, changed);
      {
        const auto world = open_to_read(temp.path());
        const auto report = verify(*world);
        INFO(describe(report));
        CHECK(std::any_of(report.problems.begin(), report.problems.end(), [&](const auto& each) {
          return each.table == to_string(table) && each.key == storage::hex(key);
        }));
      }
      RawTable(temp.path(), table).put(key, value);
      ++tried;
    }
  }
  CHECK(tried > 40);
  const auto world = open_to_read(temp.path());
  check_clean(*world);
}

TEST_CASE("values without a checksum, as earlier releases wrote them, are read", "[checksums]") {
  TempDir temp;
  make_store(temp.path());
  for (std::size_t index = 0; index < storage::table_count; ++index) {
    RawTable raw(temp.path(), static_cast<Table>(index));
    for (const auto& [key, value] : raw.rows()) {
      if (key == storage::meta_keys::format) {
        raw.put(key, std::string(storage::format_magic) + make_key(std::uint64_t{2}));
      } else {
        REQUIRE(value.size() >= 9);
        raw.put(key, value.substr(9));
      }
    }
  }
  {
    const auto world = open_world(temp.path());
    CHECK(world->status("done").output() == "output");
    CHECK(world->history("busy").size() == 6);
    check_clean(*world);
    world->close();
  }
  const auto format =
      RawTable(temp.path(), Table::meta).get(std::string(storage::meta_keys::format));
  CHECK(format == std::string(storage::format_magic) + make_key(storage::store_format));
}

TEST_CASE("verify compares a result with the last event of its history", "[checksums]") {
  Damaged store;
  store.plant(Table::results, make_key(one, one), storage::encode_completed("another"));
  store.finds(Table::results, make_key(one, one), "last event", "done");
}

}  // namespace duroxide::checksums_test
