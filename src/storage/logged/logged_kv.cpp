#include "storage/logged/logged_kv.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <limits>
#include <new>
#include <random>
#include <utility>

#include "model/invariant.hpp"
#include "model/metrics.hpp"
#include "storage/log/commit_body.hpp"
#include "storage/size_signal.hpp"

namespace duroxide::storage {

namespace {

/// Between the attempts at a checkpoint that has found no room.
constexpr std::chrono::milliseconds pause_between_attempts{100};

/// A larger record leaves its memory to no other.
constexpr std::size_t most_spare_bytes = std::size_t{256} << 10;

/// Tells two logs apart that lie in one directory after one another.
LogKey random_key() {
  std::random_device device;
  std::uniform_int_distribution<LogKey> any(1, std::numeric_limits<LogKey>::max());
  return any(device);
}

}  // namespace

LoggedLimits LoggedLimits::of_checkpoint(std::uint64_t bytes) {
  constexpr std::uint64_t least = 4096;
  constexpr std::uint64_t least_segment = std::uint64_t{64} << 10;
  LoggedLimits limits;
  limits.checkpoint_log = std::max(bytes, least);
  limits.checkpoint_memory = std::min(limits.checkpoint_log / 2, limits.most_memory / 4);
  // One takes what is committed while the other comes into the tables.
  const std::uint64_t segment = std::max(2 * limits.checkpoint_log, least_segment);
  limits.log.segment_bytes =
      std::min(limits.log.segment_bytes, segment / sector_bytes * sector_bytes);
  return limits;
}

CommitLog LoggedKv::open_log() {
  const SizeSignalHeld held;
  const auto anchor = find_anchor(*tables_->writer_view());
  if (!anchor) {
    auto log = CommitLog::make(directory(), random_key(), limits_.log);
    tables_->commit(change_to(log.anchor(log.appended())));
    return log;
  }
  layers_.begin_behind(anchor->reached.number);
  reached_.begin_with(anchor->reached.number);
  return CommitLog::open(directory(), *anchor, limits_.log,
                         [&](std::uint64_t number, std::string_view body) {
                           layers_.push(number, changes_of(number, body));
                         });
}

LoggedKv::LoggedKv(std::unique_ptr<LmdbKv> tables, Durability durability,
                   const LoggedLimits& limits, LogSink log_sink,
                   std::shared_ptr<model::Metrics> metrics)
    : tables_(std::move(tables)),
      durability_(durability),
      limits_(limits),
      log_sink_(std::move(log_sink)),
      metrics_(std::move(metrics)) {
  limits_.log.flushes = durability != Durability::none;
  limits_.log.flushes_each = durability == Durability::full;
  limits_.log.metrics = metrics_.get();
  log_.emplace(open_log());
  logged_bytes_ = log_->held_bytes();
  if (durability == Durability::relaxed) {
    late_flush_.emplace(log_mutex_, *log_, breakdown_);
  }
  checkpointer_.emplace(*tables_, layers_, reached_, metrics_.get());
}

LoggedKv::~LoggedKv() {
  shut();
}

std::unique_ptr<ReadView> LoggedKv::with_layers(std::unique_ptr<ReadView> (KvStore::*begin)()) {
  while (true) {
    // In this order: so the tables hold at least what is below the layers. They may hold more than the
    // layers do if a checkpoint has come in between.
    const LayerStack layers = layers_.stack();
    auto tables = (tables_.get()->*begin)();
    const auto reached = reached_.in(tables->commits());
    if (reached && *reached <= layers.last()) {
      return layers.over(std::move(tables));
    }
  }
}

std::unique_ptr<ReadView> LoggedKv::writer_view() {
  try {
    return with_layers(&KvStore::writer_view);
  } catch (const StorageFailure&) {
    // A checkpoint that has broken the store says more of the reason.
    if (checkpointer_->is_under_way()) {
      (void)settle(checkpointer_->wait_for_end(), [] {});
    }
    throw;
  }
}

std::unique_ptr<ReadView> LoggedKv::snapshot() {
  return with_layers(&KvStore::snapshot);
}

std::unique_ptr<ReadView> LoggedKv::checked_snapshot() {
  return with_layers(&KvStore::checked_snapshot);
}

void LoggedKv::require_usable() const {
  if (!log_) {
    throw StorageFailure(ProviderError::Kind::closed, "the store is closed");
  }
  if (const auto broken = broken_by()) {
    throw StorageFailure(ProviderError::Kind::storage, *broken);
  }
}

template <class Act>
void LoggedKv::or_stop(const Act& act) {
  try {
    act();
  } catch (const std::exception& failed) {
    breakdown_.note(failed.what());
    throw;
  }
}

LogPosition LoggedKv::append(CommitRecord& record) {
  const std::lock_guard lock(log_mutex_);
  const LogPosition position = log_->append(record);
  if (durability_ == Durability::full) {
    log_->flush();
  } else if (late_flush_) {
    late_flush_->expect();
  }
  return position;
}

LogPosition LoggedKv::append_with_room(CommitRecord& record) {
  bool may_free_segments = true;
  while (true) {
    try {
      return append(record);
    } catch (const StorageFailure& failed) {
      // Nothing has happened then.
      if (failed.error().kind != ProviderError::Kind::disk_full) {
        throw;
      }
      if (std::exchange(may_free_segments, false) && wait_for_checkpoint([] {})) {
        continue;
      }
      if (checkpointer_->is_under_way() || !give_up_reserve()) {
        throw;
      }
    }
  }
}

void LoggedKv::commit(Changes&& changes) {
  require_usable();
  or_stop([&] {
    const SizeSignalHeld held;
    tables_->require_files();  // without the tables the log is of no use
    CommitRecord record = record_of(changes, std::exchange(spare_, {}));
    const std::uint64_t room = std::exchange(room_, 0);
    DUROXIDE_INVARIANT(record.body_bytes() <= room, "room was made for what is committed");
    // All that takes memory comes first: once it is in the log, the commit has happened.
    const LayerSize size = layer_size_of(changes);
    layers_.make_room();
    const LogPosition position = append_with_room(record);
    layers_.push(position.number, std::move(changes), size);
    logged_bytes_ += record.bytes().size();
    if (metrics_ != nullptr) {
      metrics_->log_bytes.add(record.bytes().size());
    }
    has_given_reserve_ = false;
    spare_ = std::move(record).take_bytes();
    if (spare_.capacity() > most_spare_bytes) {
      spare_ = {};
    }
  });
  try {
    begin_checkpoint_if_due();
  } catch (const std::bad_alloc&) {
    // It is due again at the next commit. This one is done.
  }
}

void LoggedKv::begin_checkpoint_if_due() {
  const bool is_due = failed_checkpoint_
                          ? Clock::now() >= next_attempt_
                          : logged_bytes_ >= limits_.checkpoint_log ||
                                layers_.bytes_of_rows() >= limits_.checkpoint_memory ||
                                layers_.bytes_in_tables() >= limits_.checkpoint_tables;
  if (is_due && !checkpointer_->is_under_way()) {
    begin_checkpoint();
  }
}

void LoggedKv::begin_checkpoint() {
  std::optional<LogAnchor> anchor;
  {
    const std::lock_guard lock(log_mutex_);
    anchor = log_->anchor(log_->appended());
  }
  checkpointer_->begin({layers_.seal(), std::move(*anchor)});
  logged_bytes_ = 0;
}

bool LoggedKv::settle(const CheckpointEnd& end, const LetGo& let_go) {
  switch (end.kind) {
    case CheckpointEnd::Kind::done: {
      failed_checkpoint_.reset();
      const std::lock_guard lock(log_mutex_);
      log_->release(end.anchor);
      return true;
    }
    case CheckpointEnd::Kind::map_full:
      let_go();
      or_stop([this] { tables_->grow(); });
      begin_checkpoint();
      return false;
    case CheckpointEnd::Kind::failed:
      break;
  }
  if (auto reason = tables_->broken_by()) {
    breakdown_.note(*reason);
    throw StorageFailure(end.error);
  }
  if (end.error.kind != ProviderError::Kind::disk_full && !end.error.retryable) {
    breakdown_.note(end.error.message);
    throw StorageFailure(end.error);
  }
  layers_.unseal();
  if (!failed_checkpoint_) {
    tell("what the log of `" + directory().string() +
         "` holds could not be brought into the database, which is tried again: " +
         end.error.message);
  }
  failed_checkpoint_ = end.error;
  next_attempt_ = Clock::now() + pause_between_attempts;
  return false;
}

void LoggedKv::tell(std::string what) const {
  if (log_sink_) {
    LogRecord record;
    record.level = LogLevel::warn;
    record.message = std::move(what);
    log_sink_(record);
  }
}

bool LoggedKv::wait_for_checkpoint(const LetGo& let_go) {
  if (!checkpointer_->is_under_way()) {
    begin_checkpoint();
  }
  while (true) {
    if (settle(checkpointer_->wait_for_end(), let_go)) {
      return true;
    }
    if (!checkpointer_->is_under_way()) {
      return false;
    }
  }
}

void LoggedKv::checkpoint() {
  require_usable();
  const SizeSignalHeld held;
  if (checkpointer_->is_under_way()) {
    (void)wait_for_checkpoint([] {});
  }
  if (layers_.bytes() > 0 && !wait_for_checkpoint([] {})) {
    throw StorageFailure(*failed_checkpoint_);
  }
}

StoreUse LoggedKv::use() {
  StoreUse use = tables_->use();
  const std::lock_guard lock(log_mutex_);
  if (log_) {
    use.log_bytes = log_->file_bytes();
    use.log_held_bytes = log_->held_bytes();
    use.file_bytes += use.log_bytes;
  }
  return use;
}

void LoggedKv::close() {
  if (!log_) {
    return;
  }
  try {
    checkpoint();
  } catch (const std::exception&) {
    // It stays in the log for the next opening.
  }
  shut();
}

void LoggedKv::shut() {
  if (!log_) {
    return;
  }
  checkpointer_->stop();
  late_flush_.reset();
  if (durability_ == Durability::relaxed) {
    try {
      log_->flush();
    } catch (const std::exception&) {
      // Nobody is there to be told. The next opening finds what has reached the disk.
    }
  }
  {
    const std::lock_guard lock(log_mutex_);
    log_.reset();
  }
  tables_->close();
}

}  // namespace duroxide::storage
