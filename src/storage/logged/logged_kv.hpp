#pragma once

// A store of tables whose commits go to a log. A commit is one record and one flush; what it changes
// lies in memory over the tables, where all who read find it, until a checkpoint has written it there.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <duroxide/durability.hpp>
#include <duroxide/log.hpp>

#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/log/commit_log.hpp"
#include "storage/logged/breakdown.hpp"
#include "storage/logged/checkpointer.hpp"
#include "storage/logged/late_flush.hpp"
#include "storage/overlay/layers.hpp"

namespace duroxide::storage {

/// In bytes.
struct LoggedLimits {
  /// Those with which a checkpoint begins about whenever so much was logged.
  [[nodiscard]] static LoggedLimits of_checkpoint(std::uint64_t bytes);

  LogOptions log;
  /// Once so much is in the log and not in the tables, a checkpoint begins.
  std::uint64_t checkpoint_log = std::uint64_t{2} << 20;
  /// As well once the rows that are not in the tables take so much memory, apart from long payloads.
  std::uint64_t checkpoint_memory = std::uint64_t{1} << 20;
  /// And once it has so much to write: a payload stands in the log and in memory once, however many rows
  /// have it, and in the tables in each of them.
  std::uint64_t checkpoint_tables = std::uint64_t{32} << 20;
  /// Once so much lies in memory over the tables, in the log, or would be written into the tables, there is
  /// no room before a checkpoint has ended. The latter is what a checkpoint takes in memory, about.
  std::uint64_t most_memory = std::uint64_t{64} << 20;
  std::uint64_t most_log = std::uint64_t{256} << 20;
  std::uint64_t most_tables = std::uint64_t{256} << 20;

  /// So much of the log is left to openings, deletions and the end of the store.
  [[nodiscard]] std::uint64_t kept_in_log() const;
};

/// As every `KvStore`: one thread commits and has the writer's view, all may read.
///
/// Room for a commit is room in the log. If there is none, or if much is not in the tables yet, it comes
/// from a checkpoint, which frees segments. Once a checkpoint has found the disk full, there is room only
/// for what makes some; what is kept on the disk for that is left to the checkpoint with which it comes
/// into the tables.
class LoggedKv final : public KvStore {
 public:
  /// Reads what the log holds that the tables do not. Throws `StorageFailure`: `corrupt` if it cannot
  /// be read, else as `CommitLog`.
  /// `log_sink` is told of a checkpoint that fails, `metrics` of bytes, flushes and checkpoints, unless
  /// it is null.
  LoggedKv(std::unique_ptr<LmdbKv> tables, Durability durability, const LoggedLimits& limits = {},
           LogSink log_sink = {}, std::shared_ptr<model::Metrics> metrics = {});
  /// Of a store that was not closed: what the log holds stays there, as after a crash.
  ~LoggedKv() override;
  LoggedKv(const LoggedKv&) = delete;
  LoggedKv& operator=(const LoggedKv&) = delete;

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override;
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override;
  [[nodiscard]] std::unique_ptr<ReadView> checked_snapshot() override;
  [[nodiscard]] bool wants_snapshots_back() const override {
    return tables_->wants_snapshots_back();
  }
  [[nodiscard]] std::filesystem::path directory() const override { return tables_->directory(); }
  [[nodiscard]] std::uint64_t make_room(std::uint64_t bytes, RoomFor what,
                                        const LetGo& let_go) override;
  [[nodiscard]] std::optional<std::uint64_t> room_at_hand(std::uint64_t bytes,
                                                          RoomFor what) override;
  /// With `Durability::full` it is on the disk on return, with `relaxed` a moment later.
  void commit(Changes&& changes) override;
  [[nodiscard]] std::optional<std::string> broken_by() const override {
    return breakdown_.reason();
  }
  [[nodiscard]] StoreUse use() override;
  /// Brings all of the log into the tables, if it can.
  void close() override;

  /// Brings all of the log into the tables now. Throws what kept it from doing so; nothing is lost then.
  /// On the thread that commits, which holds no view.
  void checkpoint();

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] CommitLog open_log();
  [[nodiscard]] std::unique_ptr<ReadView> with_layers(
      std::unique_ptr<ReadView> (KvStore::*begin)());
  void shut();
  void require_usable() const;
  /// If it throws, the store is broken.
  template <class Act>
  void or_stop(const Act& act);
  /// Appends, and flushes as the durability asks for.
  LogPosition append(CommitRecord& record);
  /// As `append`. A file system may need room to write what it has room for: then it comes from a
  /// checkpoint, or from what is kept.
  LogPosition append_with_room(CommitRecord& record);
  void begin_checkpoint();
  void begin_checkpoint_if_due();
  /// Whether so much is not in the tables yet that commits must wait.
  [[nodiscard]] bool is_too_far_ahead() const;
  /// As far as the layers say so.
  [[nodiscard]] bool are_layers_too_large() const;
  /// Whether the last checkpoint has found the disk full.
  [[nodiscard]] bool is_disk_full() const;
  /// What follows for `what` from a checkpoint that has found the disk full.
  void meet_full_disk(RoomFor what, const LetGo& let_go);
  [[nodiscard]] std::uint64_t find_room(std::uint64_t bytes, RoomFor what, const LetGo& let_go);
  /// As `CommitLog::make_room`, if need be by freeing some.
  [[nodiscard]] std::uint64_t find_place(std::uint64_t bytes, RoomFor what, const LetGo& let_go);
  /// Leaves the room that is kept on the disk to the next checkpoint. Whether there was any.
  bool give_up_reserve();
  /// Throws while the reserve is given up for a commit that is still to come.
  void require_no_reserve_given() const;
  /// What follows from a checkpoint that has ended. Whether it is done.
  bool settle(const CheckpointEnd& end, const LetGo& let_go);
  void tell(std::string what) const;
  /// Begins a checkpoint unless one is under way, and waits for it. Whether it has written anything.
  bool wait_for_checkpoint(const LetGo& let_go);

  std::unique_ptr<LmdbKv> tables_;
  Durability durability_;
  LoggedLimits limits_;
  LogSink log_sink_;
  std::shared_ptr<model::Metrics> metrics_;
  Layers layers_;
  Reached reached_;
  mutable std::mutex
      log_mutex_;  ///< guards the log, which only a late flush uses on another thread
  std::optional<CommitLog> log_;                    ///< none once it is closed
  std::uint64_t room_ = 0;                          ///< that was made for the next commit
  std::string spare_;                               ///< the memory of the last record, for the next
  bool has_given_reserve_ = false;                  ///< to the next commit, and to no other
  std::uint64_t logged_bytes_ = 0;                  ///< since the last checkpoint began
  std::optional<ProviderError> failed_checkpoint_;  ///< the last one, if it may be tried again
  Clock::time_point next_attempt_;                  ///< at one that failed
  Breakdown breakdown_;
  std::optional<LateFlush> late_flush_;
  std::optional<Checkpointer> checkpointer_;  ///< last
};

}  // namespace duroxide::storage
