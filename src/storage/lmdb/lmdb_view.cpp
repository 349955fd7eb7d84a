#include "storage/lmdb/lmdb_view.hpp"

#include <string>
#include <utility>

#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/seal.hpp"

namespace duroxide::storage {

MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view to_view(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

int open_sub_databases(MDB_txn* txn, unsigned int flags, LmdbTables& tables) {
  int code = mdb_dbi_open(txn, std::string(journal_name).c_str(), flags, &tables.journal);
  for (std::size_t table = 0; table < table_count && code == MDB_SUCCESS; ++table) {
    const std::string name(to_string(static_cast<Table>(table)));
    code = mdb_dbi_open(txn, name.c_str(), flags, &tables.rows.at(table));
  }
  return code;
}

int begin_reading(MDB_env* env, MDB_txn** txn) {
  constexpr int most_attempts = 100;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    if (const int code = mdb_txn_begin(env, nullptr, MDB_RDONLY, txn); code != MDB_SUCCESS) {
      return code;
    }
    MDB_envinfo info{};
    const int code = mdb_env_info(env, &info);
    if (code == MDB_SUCCESS && info.me_last_txnid < mdb_txn_id(*txn) + 2) {
      return MDB_SUCCESS;
    }
    mdb_txn_abort(*txn);
    if (code != MDB_SUCCESS) {
      return code;
    }
  }
  return MDB_CORRUPTED;
}

namespace {

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
  bool prev() override { return move(MDB_PREV); }
  [[nodiscard]] std::string_view key() const override { return to_view(key_); }
  [[nodiscard]] model::BytesView value() const override { return to_view(value_); }

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

/// Of a table without a row: many are, most of the time, as what is soon taken out never comes there.
class EmptyCursor final : public Cursor {
 public:
  bool seek(std::string_view /*key*/) override { return false; }
  bool last() override { return false; }
  bool next() override { return false; }
  bool prev() override { return false; }
  [[nodiscard]] std::string_view key() const override { return {}; }
  [[nodiscard]] model::BytesView value() const override { return {}; }
};

}  // namespace

LmdbView::LmdbView(MDB_txn* txn, const LmdbTables& tables, SnapshotGate::Snapshot held,
                   Readers* readers)
    : txn_(txn), tables_(tables), held_(std::move(held)) {
  if (readers != nullptr) {
    counted_.emplace(*readers);
  }
}

LmdbView::~LmdbView() {
  if (held_.owns_lock()) {
    mdb_txn_abort(txn_);
  } else {
    mdb_txn_reset(txn_);
  }
}

std::optional<model::BytesView> LmdbView::get(Table table, std::string_view key) const {
  // An empty or overlong key is an error to LMDB; no table holds one.
  if (key.empty() || key.size() > 511) {
    return std::nullopt;
  }
  MDB_val wanted = to_val(key);
  MDB_val value{};
  const int code = mdb_get(txn_, tables_.of(table), &wanted, &value);
  if (code == MDB_NOTFOUND) {
    return std::nullopt;
  }
  check_lmdb(code, "reading the database");
  return unseal(table, key, to_view(value));
}

int put_sealed(MDB_txn* txn, MDB_dbi dbi, Table table, std::string_view key, model::BytesView value,
               unsigned int flags) {
  MDB_val row = to_val(key);
  if (!has_seal(table, key)) {
    MDB_val plain = to_val(value.bytes());
    return mdb_put(txn, dbi, &row, &plain, flags);
  }
  MDB_val room{seal_bytes + value.size(), nullptr};
  const int code = mdb_put(txn, dbi, &row, &room, flags | MDB_RESERVE);
  if (code == MDB_SUCCESS) {
    write_sealed(static_cast<char*>(room.mv_data), table, key, value);
  }
  return code;
}

std::unique_ptr<Cursor> open_cursor(MDB_txn* txn, MDB_dbi table) {
  return std::make_unique<LmdbCursor>(txn, table);
}

std::unique_ptr<Cursor> LmdbView::cursor(Table table) const {
  const MDB_stat stat = look_at(table);
  // Both, as one alone may be damaged. LMDB also says so of a table whose place it could not read; it
  // tells whoever asks for a key.
  if (stat.ms_entries == 0 && stat.ms_depth == 0 && !get(table, "?")) {
    return std::make_unique<EmptyCursor>();
  }
  return unsealed(open_cursor(txn_, tables_.of(table)), table);
}

std::uint64_t LmdbView::count(Table table) const {
  return look_at(table).ms_entries;
}

MDB_stat LmdbView::look_at(Table table) const {
  MDB_stat stat{};
  check_lmdb(mdb_stat(txn_, tables_.of(table), &stat), "reading the database");
  return stat;
}

}  // namespace duroxide::storage
