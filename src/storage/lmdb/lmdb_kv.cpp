#include "storage/lmdb/lmdb_kv.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/journal.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/page_view.hpp"
#include "storage/lmdb/seal.hpp"
#include "storage/lmdb/store_files.hpp"
#include "storage/size_signal.hpp"

namespace duroxide::storage {

namespace {

constexpr std::uint64_t smallest_map = std::uint64_t{1} << 20;
/// Looking for dead readers costs little, but need not be done with every commit.
constexpr std::uint64_t commits_between_checks = 16;

unsigned int flags_of(Durability durability) {
  switch (durability) {
    case Durability::none:
      return MDB_NOSYNC;
    case Durability::relaxed:  // of what goes to the log
    case Durability::full:
      break;
  }
  return 0;
}

}  // namespace

LmdbKv::LmdbKv(const std::filesystem::path& directory, Durability durability,
               std::uint64_t map_size, DirectoryLock lock, PagesChecked checked, LogSink log)
    : file_(directory / "data.mdb"),
      log_(std::move(log)),
      lock_(std::move(lock)),
      reserve_(directory) {
  check_lmdb(mdb_env_create(&env_), "creating the environment");
  try {
    check_lmdb(mdb_env_set_userctx(env_, this), "configuring the environment");
    check_lmdb(mdb_env_set_assert(env_, &LmdbKv::tell_of_end), "configuring the environment");
    check_lmdb(mdb_env_set_maxdbs(env_, sub_database_count), "configuring the environment");
    check_lmdb(mdb_env_set_mapsize(env_, std::max(map_size, smallest_map)), "sizing the map");
    const LmdbFiles files(directory);
    const int code = mdb_env_open(env_, directory.c_str(), MDB_NOTLS | flags_of(durability), 0600);
    if (code != MDB_SUCCESS) {
      throw lmdb_failure(tell_full_disk(code, file_, smallest_map),
                         "opening `" + directory.string() + "`");
    }
    files.require_same(env_);
    files_.emplace(directory, env_);
    (void)drop_dead_readers();
    open_tables();
    empty_journal();
    take_reserve();
    if (!checked.done) {
      page_check_ = std::make_unique<PageCheckThread>(
          file_, std::move(checked),
          PageCheckThread::Snapshots{[this] { return begin_snapshot(nullptr); },
                                     [this] { return gate_.wanted_back(); }},
          log_);
    }
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

void LmdbKv::tell_of_end(MDB_env* env, const char* reason) {
  const auto* kv = static_cast<const LmdbKv*>(mdb_env_get_userctx(env));
  if (kv != nullptr && kv->log_) {
    LogRecord record;
    record.level = LogLevel::error;
    record.message = "LMDB ends the process, because what stands in `" + kv->file_.string() +
                     "` makes no sense (" + reason +
                     "). Open the store for reading only: `verify` says which page is damaged, "
                     "undamaged instances can be exported. Then restore a backup";
    kv->log_(record);
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
  code = open_sub_databases(txn, MDB_CREATE, tables_);
  // Together with the tables, so that whoever finds those knows whose they are, and how to read them.
  const std::string format = std::string(format_magic) + make_key(store_format);
  MDB_val key = to_val(meta_keys::format);
  MDB_val value = to_val(format);
  MDB_val present{};
  if (code == MDB_SUCCESS) {
    code = mdb_get(txn, tables_.of(Table::meta), &key, &present);
  }
  const bool is_new = code == MDB_NOTFOUND;
  if (is_new || (code == MDB_SUCCESS && to_view(present) != format)) {
    const auto mark = is_new ? std::nullopt : upgrade_mark(to_view(present));
    code = mdb_put(txn, tables_.of(Table::meta), &key, &value, 0);
    if (mark && code == MDB_SUCCESS) {
      MDB_val upgrade = to_val(meta_keys::upgrade);
      MDB_val from = to_val(*mark);
      code = mdb_put(txn, tables_.of(Table::meta), &upgrade, &from, 0);
    }
  }
  if (code != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    return code;
  }
  return mdb_txn_commit(txn);
}

bool LmdbKv::drop_dead_readers() {
  int dead = 0;
  check_lmdb(mdb_reader_check(env_, &dead), "checking for stale readers");
  return dead > 0;
}

void LmdbKv::require_written_files() {
  try {
    files_->require_written();
  } catch (const StorageFailure& failed) {
    broken_ = failed.error().message;
    throw;
  }
}

void LmdbKv::require_map() const {
  if (map_is_lost_) {
    throw StorageFailure(ProviderError::Kind::closed, "the map of `" + file_.string() +
                                                          "` could not grow; open the store again");
  }
}

std::unique_ptr<ReadView> LmdbKv::writer_view() {
  require_map();
  if (writer_txn_ == nullptr) {
    check_lmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &writer_txn_), "beginning to read");
  } else {
    check_lmdb(mdb_txn_renew(writer_txn_), "beginning to read");
  }
  return std::make_unique<LmdbView>(writer_txn_, tables_, SnapshotGate::Snapshot(), nullptr);
}

std::unique_ptr<LmdbView> LmdbKv::begin_snapshot(Readers* readers) {
  auto held = gate_.enter();
  if (env_ == nullptr || map_is_lost_) {
    throw StorageFailure(ProviderError::Kind::closed, "the store is closed");
  }
  files_->require_whole();
  MDB_txn* txn = nullptr;
  int code = begin_reading(env_, &txn);
  if (code == MDB_READERS_FULL && drop_dead_readers()) {
    code = begin_reading(env_, &txn);
  }
  check_lmdb(code, "beginning to read");
  return std::make_unique<LmdbView>(txn, tables_, std::move(held), readers);
}

std::unique_ptr<ReadView> LmdbKv::snapshot() {
  return begin_snapshot(&readers_);
}

std::unique_ptr<ReadView> LmdbKv::checked_snapshot() {
  return std::make_unique<PageView>(file_, begin_snapshot(&readers_));
}

void LmdbKv::empty_journal() {
  MDB_txn* txn = nullptr;
  check_lmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), "beginning to read");
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> ended(txn, &mdb_txn_abort);
  const auto left = read_journal(txn, tables_.journal);
  ended.reset();
  if (left) {
    const Changes* const alone = &*left;
    while (!commit_if_it_fits({&alone, 1}, {}, Journal::is_emptied)) {
      grow();
    }
  }
}

int LmdbKv::write_rows(MDB_txn* txn, ChangesInTurn changes) {
  for (std::size_t table = 0; table < table_count; ++table) {
    const MDB_dbi dbi = tables_.rows.at(table);
    for (std::size_t turn = 0; turn < changes.size(); ++turn) {
      const auto later = changes.subspan(turn + 1);
      for (const auto& [name, change] : changes[turn]->at(table)) {
        if (std::any_of(later.begin(), later.end(), [&, &key = name](const Changes* each) {
              return each->at(table).contains(key);
            })) {
          continue;
        }
        MDB_val key = to_val(name);
        int code = MDB_SUCCESS;
        if (change.value) {
          code = put_sealed(txn, dbi, static_cast<Table>(table), name, *change.value, 0);
        } else {
          code = mdb_del(txn, dbi, &key, nullptr);
          code = code == MDB_NOTFOUND ? MDB_SUCCESS : code;
        }
        if (code != MDB_SUCCESS) {
          return code;
        }
      }
    }
  }
  return MDB_SUCCESS;
}

int LmdbKv::try_commit(ChangesInTurn changes, const std::function<void(std::uint64_t)>& begun,
                       Journal journal) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, 0, &txn);
  if (code != MDB_SUCCESS) {
    return code;
  }
  if (begun) {
    begun(mdb_txn_id(txn));
  }
  code = journal == Journal::is_emptied ? mdb_drop(txn, tables_.journal, 0) : MDB_SUCCESS;
  if (code == MDB_SUCCESS) {
    code = write_rows(txn, changes);
  }
  if (code != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    return code;
  }
  return mdb_txn_commit(txn);
}

void LmdbKv::commit(Changes&& changes) {
  const Changes* const alone = &changes;
  while (!commit_if_it_fits({&alone, 1})) {
    grow();
  }
}

bool LmdbKv::commit_if_it_fits(ChangesInTurn changes,
                               const std::function<void(std::uint64_t)>& begun, Journal journal) {
  require_map();
  const SizeSignalHeld held;
  if (++commits_ % commits_between_checks == 0) {
    (void)drop_dead_readers();
  }
  // Before, for what is read of a file that was cut short ends the process; afterwards, for what went
  // into one that was taken away must not be acknowledged.
  require_written_files();
  int code = try_commit(changes, begun, journal);
  if (code == MDB_MAP_FULL && drop_dead_readers()) {
    code = try_commit(changes, begun, journal);
  }
  if (code == MDB_MAP_FULL) {
    return false;
  }
  if (code != MDB_SUCCESS) {
    throw_failed(code, changes);
  }
  require_written_files();
  // Only now: what has just been left may be what this commit needed.
  if (commits_ % commits_between_checks == 0) {
    take_reserve();
  }
  return true;
}

void LmdbKv::throw_failed(int code, ChangesInTurn changes) {
  if (has_panicked()) {
    // Nobody knows what of its header is on the disk now, and LMDB refuses everything from here on.
    broken_ = "no header";  // takes no memory, of which there may be none
    broken_ = "the header of `" + file_.string() + "` could not be written: " + mdb_strerror(code);
    throw StorageFailure(ProviderError::Kind::storage, *broken_);
  }
  std::uint64_t bytes = 0;
  for (const Changes* each : changes) {
    bytes += size_of(*each);
  }
  code = tell_full_disk(code, file_, smallest_map + 2 * bytes);
  if (code == EIO) {
    broken_ = "no flush";  // takes no memory, of which there may be none
  }
  const auto failure = lmdb_failure(code, "committing");
  // A sync that failed may have lost pages which the kernel now believes written: nothing that
  // follows could be trusted. A full disk is found out before that.
  if (code == EIO) {
    broken_ = failure.error().message;
  }
  throw failure;
}

bool LmdbKv::has_panicked() {
  // Nothing else tells: LMDB does not give the flag away.
  MDB_txn* txn = nullptr;
  const int code = mdb_txn_begin(env_, nullptr, 0, &txn);
  if (code == MDB_SUCCESS) {
    mdb_txn_abort(txn);
  }
  return code == MDB_PANIC;
}

StoreUse LmdbKv::use() {
  const auto held = gate_.look();
  StoreUse use;
  if (env_ != nullptr && !map_is_lost_) {
    space_.describe(env_, file_, use);
  }
  if (page_check_ != nullptr) {
    use.damaged_pages = page_check_->damaged_pages();
  }
  readers_.describe(use);
  return use;
}

void LmdbKv::grow() {
  const auto nobody = gate_.take_back();
  MDB_envinfo info{};
  check_lmdb(mdb_env_info(env_, &info), "reading the size of the map");
  if (const int code = mdb_env_set_mapsize(env_, info.me_mapsize * 2); code != MDB_SUCCESS) {
    // LMDB unmaps before it maps: there may be no map any more, so nothing may be read either. That
    // is noted before anything takes memory, of which there may be none.
    map_is_lost_ = true;
    broken_ = "no map";
    const auto failure = lmdb_failure(code, "growing the map");
    broken_ = failure.error().message;
    throw failure;
  }
}

void LmdbKv::take_reserve() {
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(file_, unknown);
  reserve_.take(unknown ? 0 : bytes);
}

void LmdbKv::close() {
  if (page_check_ != nullptr) {
    page_check_->stop();
  }
  const auto nobody = gate_.take_back();
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
