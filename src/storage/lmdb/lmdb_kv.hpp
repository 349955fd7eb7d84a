#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include <lmdb.h>

#include <duroxide/durability.hpp>

#include "storage/kv.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/disk_reserve.hpp"
#include "storage/lmdb/live_files.hpp"
#include "storage/lmdb/lmdb_space.hpp"
#include "storage/lmdb/lmdb_view.hpp"
#include "storage/lmdb/page_check_thread.hpp"
#include "storage/lmdb/snapshot_gate.hpp"
#include "storage/readers.hpp"

namespace duroxide::storage {

/// Changes to be written together: those of a later one win.
using ChangesInTurn = std::span<const Changes* const>;

/// Tables in an LMDB environment, one sub-database each, all of them opened once. Each commit is a
/// transaction of LMDB.
class LmdbKv final : public KvStore {
 public:
  /// `directory` holds nothing or a store of ours; see `inspect_directory`. What of its pages was not
  /// `checked` is checked in the background. `log` is told of damage, and why LMDB ends the process
  /// if it does; it is called from any thread.
  LmdbKv(const std::filesystem::path& directory, Durability durability, std::uint64_t map_size,
         DirectoryLock lock, PagesChecked checked = PagesChecked{0, {}, true}, LogSink log = {});
  ~LmdbKv() override;
  LmdbKv(const LmdbKv&) = delete;
  LmdbKv& operator=(const LmdbKv&) = delete;

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override;
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override;
  [[nodiscard]] std::unique_ptr<ReadView> checked_snapshot() override;
  [[nodiscard]] bool wants_snapshots_back() const override { return gate_.wanted_back(); }
  [[nodiscard]] std::filesystem::path directory() const override { return file_.parent_path(); }
  /// Can be done again after `disk_full`: nothing has happened then.
  void commit(Changes&& changes) override;
  /// As `commit`, on a thread other than the one that has the writer's view. False if the map must grow
  /// first, which only that other thread may do: nothing has happened then. `begun` is told the number
  /// that views will give as `ReadView::commits` once they see these changes, before any can.
  [[nodiscard]] bool commit_if_it_fits(ChangesInTurn changes,
                                       const std::function<void(std::uint64_t)>& begun = {}) {
    return commit_if_it_fits(changes, begun, Journal::stays);
  }
  /// That nobody has taken the files away, or cut them. Throws `StorageFailure` else. For any thread.
  void require_files() const { files_->require_whole(); }
  /// Doubles the map. If that fails, the store is broken. On the thread that has the writer's view and holds none, while nothing commits.
  void grow();
  /// Leaves the room on the disk that is kept for what makes room to whoever writes next. Whether there
  /// was any. While nothing commits.
  [[nodiscard]] bool give_up_reserve() { return reserve_.give_up(); }
  /// Whether every page has been looked at since it was opened. For tests; safe on any thread.
  [[nodiscard]] bool all_pages_checked() const {
    return page_check_ == nullptr || page_check_->done();
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override { return broken_; }
  [[nodiscard]] StoreUse use() override;
  void close() override;

 private:
  /// Counted among `readers` unless that is null: the store's own check of its pages is nobody who
  /// reads.
  [[nodiscard]] std::unique_ptr<LmdbView> begin_snapshot(Readers* readers);
  static void tell_of_end(MDB_env* env, const char* reason);
  void open_tables();
  [[nodiscard]] int open_tables_once();
  /// Brings what an earlier release has left in its journal into the tables.
  void empty_journal();
  /// What becomes of the journal in a commit.
  enum class Journal : bool { stays, is_emptied };
  [[nodiscard]] bool commit_if_it_fits(ChangesInTurn changes,
                                       const std::function<void(std::uint64_t)>& begun,
                                       Journal journal);
  /// LMDB's code.
  [[nodiscard]] int try_commit(ChangesInTurn changes,
                               const std::function<void(std::uint64_t)>& begun, Journal journal);
  [[nodiscard]] int write_rows(MDB_txn* txn, ChangesInTurn changes);
  [[noreturn]] void throw_failed(int code, ChangesInTurn changes);
  /// Stops the store if somebody has taken its files away.
  void require_written_files();
  /// That there is a map to read.
  void require_map() const;
  /// Whether LMDB has given the file up, as it does when it cannot write its header.
  [[nodiscard]] bool has_panicked();
  /// Keeps room on the disk for deletions, if there is none yet.
  void take_reserve();
  /// Frees what processes have left that were killed while they read the file by LMDB itself, with its
  /// tools for one: it would keep every page from being used again. Returns whether there was any.
  bool drop_dead_readers();

  std::filesystem::path file_;
  LogSink log_;
  SnapshotGate gate_;
  MDB_env* env_ = nullptr;
  LmdbTables tables_;
  MDB_txn* writer_txn_ = nullptr;  ///< the writer's reading transaction, reset between views
  std::optional<std::string> broken_;
  std::uint64_t commits_ = 0;
  bool map_is_lost_ = false;  ///< nothing may be read any more; guarded by `gate_`
  DirectoryLock lock_;
  Readers readers_;
  LmdbSpace space_;
  std::optional<LiveFiles> files_;
  DiskReserve reserve_;
  std::unique_ptr<PageCheckThread> page_check_;  ///< last: it takes snapshots
};

}  // namespace duroxide::storage
