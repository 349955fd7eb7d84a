#include "provider/lmdb/lmdb_kv.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "provider/core/keys.hpp"
#include "provider/core/session.hpp"
#include "provider/lmdb/lmdb_error.hpp"

namespace duroxide::storage {

namespace {

constexpr std::uint64_t smallest_map = std::uint64_t{1} << 20;

MDB_val to_val(std::string_view bytes) {
  // LMDB takes keys and values by a non-const pointer and only reads them.
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view to_view(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

class LmdbCursor final : public Cursor {
 public:
  LmdbCursor(MDB_txn* txn, MDB_dbi table) {
    check_lmdb(mdb_cursor_open(txn, table, &cursor_), "opening a cursor");
  }
  ~LmdbCursor() override { mdb_cursor_close(cursor_); }
  LmdbCursor(const LmdbCursor&) = delete;
  LmdbCursor& operator=(const LmdbCursor&) = delete;

  bool seek(std::string_view key) override {
    if (key.empty()) {
      return move(MDB_FIRST);
    }
    key_ = to_val(key);
    return move(MDB_SET_RANGE);
  }
  bool last() override { return move(MDB_LAST); }
  bool next() override { return move(MDB_NEXT); }
  [[nodiscard]] std::string_view key() const override { return to_view(key_); }
  [[nodiscard]] std::string_view value() const override { return to_view(value_); }

 private:
  bool move(MDB_cursor_op how) {
    const int code = mdb_cursor_get(cursor_, &key_, &value_, how);
    if (code != MDB_NOTFOUND) {
      check_lmdb(code, "reading the database");
    }
    return code == MDB_SUCCESS;
  }

  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{};
  MDB_val value_{};
};

class LmdbView final : public ReadView {
 public:
  /// Owns the transaction if it has a lock, and only resets it if not.
  LmdbView(MDB_txn* txn, const std::array<MDB_dbi, table_count>& tables,
           std::shared_lock<std::shared_mutex> lock)
      : txn_(txn), tables_(tables), lock_(std::move(lock)) {}
  ~LmdbView() override {
    if (lock_.owns_lock()) {
      mdb_txn_abort(txn_);
    } else {
      mdb_txn_reset(txn_);
    }
  }
  LmdbView(const LmdbView&) = delete;
  LmdbView& operator=(const LmdbView&) = delete;

  [[nodiscard]] std::optional<std::string_view> get(Table table,
                                                    std::string_view key) const override {
    // An empty or overlong key is an error to LMDB; no table holds one.
    if (key.empty() || key.size() > 511) {
      return std::nullopt;
    }
    MDB_val wanted = to_val(key);
    MDB_val value{};
    const int code = mdb_get(txn_, dbi(table), &wanted, &value);
    if (code == MDB_NOTFOUND) {
      return std::nullopt;
    }
    check_lmdb(code, "reading the database");
    return to_view(value);
  }
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override {
    return std::make_unique<LmdbCursor>(txn_, dbi(table));
  }
  [[nodiscard]] std::uint64_t count(Table table) const override {
    MDB_stat stat{};
    check_lmdb(mdb_stat(txn_, dbi(table), &stat), "reading the database");
    return stat.ms_entries;
  }

 private:
  [[nodiscard]] MDB_dbi dbi(Table table) const {
    return tables_.at(static_cast<std::size_t>(table));
  }

  MDB_txn* txn_;
  const std::array<MDB_dbi, table_count>& tables_;
  std::shared_lock<std::shared_mutex> lock_;
};

std::uint64_t size_of(const Changes& changes) {
  std::uint64_t bytes = 0;
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      bytes += key.size() + (change.value ? change.value->size() : 0);
    }
  }
  return bytes;
}

unsigned int flags_of(Durability durability) {
  switch (durability) {
    case Durability::relaxed:
      return MDB_NOMETASYNC;
    case Durability::none:
      return MDB_NOSYNC;
    case Durability::full:
      break;
  }
  return 0;
}

}  // namespace

LmdbKv::LmdbKv(const std::filesystem::path& directory, Durability durability,
               std::uint64_t map_size, DirectoryLock lock)
    : file_(directory / "data.mdb"), lock_(std::move(lock)) {
  check_lmdb(mdb_env_create(&env_), "creating the environment");
  try {
    check_lmdb(mdb_env_set_maxdbs(env_, table_count), "configuring the environment");
    check_lmdb(mdb_env_set_mapsize(env_, std::max(map_size, smallest_map)), "sizing the map");
    const int code = mdb_env_open(env_, directory.c_str(), MDB_NOTLS | flags_of(durability), 0644);
    if (code != MDB_SUCCESS) {
      throw lmdb_failure(tell_full_disk(code, file_, smallest_map),
                         "opening `" + directory.string() + "`");
    }
    int dead = 0;
    check_lmdb(mdb_reader_check(env_, &dead), "checking for stale readers");
    open_tables();
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

LmdbKv::~LmdbKv() {
  close();
}

void LmdbKv::open_tables() {
  int code = open_tables_once();
  while (code == MDB_MAP_FULL) {
    grow();
    code = open_tables_once();
  }
  check_lmdb(tell_full_disk(code, file_, smallest_map), "opening the tables");
}

int LmdbKv::open_tables_once() {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, 0, &txn);
  if (code != MDB_SUCCESS) {
    return code;
  }
  for (std::size_t table = 0; table < table_count && code == MDB_SUCCESS; ++table) {
    const std::string name(to_string(static_cast<Table>(table)));
    code = mdb_dbi_open(txn, name.c_str(), MDB_CREATE, &tables_.at(table));
  }
  // Together with the tables, so that whoever finds those knows whose they are.
  const std::string format = std::string(format_magic) + make_key(store_format);
  MDB_val key = to_val(meta_keys::format);
  MDB_val value = to_val(format);
  const MDB_dbi meta = tables_.at(static_cast<std::size_t>(Table::meta));
  MDB_val present{};
  if (code == MDB_SUCCESS) {
    code = mdb_get(txn, meta, &key, &present);
  }
  if (code == MDB_NOTFOUND) {
    code = mdb_put(txn, meta, &key, &value, 0);
  }
  if (code != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    return code;
  }
  return mdb_txn_commit(txn);
}

std::unique_ptr<ReadView> LmdbKv::writer_view() {
  if (writer_txn_ == nullptr) {
    check_lmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &writer_txn_), "beginning to read");
  } else {
    check_lmdb(mdb_txn_renew(writer_txn_), "beginning to read");
  }
  return std::make_unique<LmdbView>(writer_txn_, tables_, std::shared_lock<std::shared_mutex>());
}

std::unique_ptr<ReadView> LmdbKv::snapshot() {
  std::shared_lock lock(mutex_);
  if (env_ == nullptr || map_is_lost_) {
    throw StorageFailure(ProviderError::Kind::closed, "the store is closed");
  }
  MDB_txn* txn = nullptr;
  check_lmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), "beginning to read");
  return std::make_unique<LmdbView>(txn, tables_, std::move(lock));
}

int LmdbKv::try_commit(const Changes& changes) {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, 0, &txn); code != MDB_SUCCESS) {
    return code;
  }
  for (std::size_t table = 0; table < table_count; ++table) {
    const MDB_dbi dbi = tables_.at(table);
    for (const auto& [name, change] : changes.at(table)) {
      MDB_val key = to_val(name);
      int code = MDB_SUCCESS;
      if (change.value) {
        MDB_val value = to_val(*change.value);
        code = mdb_put(txn, dbi, &key, &value, 0);
      } else {
        code = mdb_del(txn, dbi, &key, nullptr);
        code = code == MDB_NOTFOUND ? MDB_SUCCESS : code;
      }
      if (code != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return code;
      }
    }
  }
  return mdb_txn_commit(txn);
}

void LmdbKv::commit(const Changes& changes) {
  int code = try_commit(changes);
  while (code == MDB_MAP_FULL) {
    grow();
    code = try_commit(changes);
  }
  if (code == MDB_SUCCESS) {
    return;
  }
  code = tell_full_disk(code, file_, smallest_map + 2 * size_of(changes));
  const auto failure = lmdb_failure(code, "committing");
  // A sync that failed may have lost pages which the kernel now believes written: nothing that
  // follows could be trusted. A full disk is found out before that.
  if (code == EIO || code == MDB_PANIC) {
    broken_ = failure.error().message;
  }
  throw failure;
}

void LmdbKv::grow() {
  const std::unique_lock lock(mutex_);
  MDB_envinfo info{};
  check_lmdb(mdb_env_info(env_, &info), "reading the size of the map");
  if (const int code = mdb_env_set_mapsize(env_, info.me_mapsize * 2); code != MDB_SUCCESS) {
    // LMDB unmaps before it maps: there may be no map any more, so nothing may be read either.
    const auto failure = lmdb_failure(code, "growing the map");
    broken_ = failure.error().message;
    map_is_lost_ = true;
    throw failure;
  }
}

void LmdbKv::close() {
  const std::unique_lock lock(mutex_);
  if (env_ == nullptr) {
    return;
  }
  if (writer_txn_ != nullptr) {
    mdb_txn_abort(std::exchange(writer_txn_, nullptr));
  }
  mdb_env_close(std::exchange(env_, nullptr));
  lock_.release();
}

}  // namespace duroxide::storage
