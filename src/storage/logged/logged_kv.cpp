#include "storage/logged/logged_kv.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <new>
#include <random>
#include <utility>

#include "model/invariant.hpp"
#include "storage/log/commit_body.hpp"
#include "storage/size_signal.hpp"

namespace duroxide::storage {

namespace {

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{5000};
constexpr std::size_t longest_key = 511;  // LMDB's
/// LMDB counts the bytes of a value in 32 bits; some are the seal's.
constexpr std::uint64_t longest_value = (std::uint64_t{1} << 32) - 1024;

/// Tells two logs apart that lie in one directory after one another.
LogKey random_key() {
  std::random_device device;
  std::uniform_int_distribution<LogKey> any(1, std::numeric_limits<LogKey>::max());
  return any(device);
}

/// What the tables would refuse must not come into the log.
void require_storable(const Changes& changes) {
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      if (key.empty() || key.size() > longest_key) {
        throw_invalid("a key of " + std::to_string(key.size()) + " bytes; a store takes 1 to " +
                      std::to_string(longest_key));
      }
      if (change.value && change.value->size() > longest_value) {
        throw_invalid("a value of " + std::to_string(change.value->size()) +
                      " bytes; a store takes up to " + std::to_string(longest_value));
      }
    }
  }
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
                   const LoggedLimits& limits, LogSink log_sink)
    : tables_(std::move(tables)),
      durability_(durability),
      limits_(limits),
      log_sink_(std::move(log_sink)),
      pause_(first_pause) {
  limits_.log.flushes = durability != Durability::none;
  log_.emplace(open_log());
  logged_bytes_ = log_->held_bytes();
  if (durability == Durability::relaxed) {
    late_flush_.emplace(log_mutex_, *log_);
  }
  checkpointer_.emplace(*tables_, layers_, reached_);
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
      (void)settle(checkpointer_->wait_for_end());
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

void LoggedKv::require_files() {
  // What is read of a file that was cut short ends the process.
  try {
    tables_->require_files();
  } catch (const StorageFailure& failed) {
    stop_for(failed.error().message);
    throw;
  }
}

void LoggedKv::stop_for(std::string reason) {
  const std::lock_guard lock(broken_mutex_);
  broken_ = std::move(reason);
}

std::optional<std::string> LoggedKv::broken_by() const {
  {
    const std::lock_guard lock(log_mutex_);
    if (log_ && log_->broken_by()) {
      return log_->broken_by();
    }
  }
  const std::lock_guard lock(broken_mutex_);
  return broken_;
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

void LoggedKv::commit(Changes&& changes) {
  require_usable();
  require_storable(changes);
  const SizeSignalHeld held;
  if (const auto end = checkpointer_->take_end()) {
    (void)settle(*end);
  }
  while (is_too_far_ahead()) {
    if (!wait_for_checkpoint()) {
      throw StorageFailure(*failed_checkpoint_);
    }
  }
  require_files();
  // All that takes memory comes before: what is in the log must not be forgotten here.
  CommitRecord record = record_of(changes);
  layers_.make_room();
  LogPosition position;
  try {
    position = append(record);
  } catch (const StorageFailure& failed) {
    // What is in the tables already leaves its place in the log.
    if (failed.error().kind != ProviderError::Kind::disk_full || !wait_for_checkpoint()) {
      throw;
    }
    position = append(record);
  }
  layers_.push(position.number, std::move(changes));
  logged_bytes_ += record.bytes().size();
  try {
    begin_checkpoint_if_due();
  } catch (const std::bad_alloc&) {
    // It is due again at the next commit. This one is done.
  }
}

bool LoggedKv::is_too_far_ahead() const {
  if (layers_.bytes() > limits_.most_memory) {
    return true;
  }
  const std::lock_guard lock(log_mutex_);
  return log_->held_bytes() > limits_.most_log;
}

bool LoggedKv::give_up_reserve() {
  DUROXIDE_INVARIANT(!checkpointer_->is_under_way(),
                     "the reserve is given up when a checkpoint has found no room either");
  return tables_->give_up_reserve();
}

void LoggedKv::grow() {
  try {
    tables_->grow();
  } catch (const StorageFailure& failed) {
    stop_for(failed.error().message);
    throw;
  }
}

void LoggedKv::begin_checkpoint_if_due() {
  if (checkpointer_->is_under_way() ||
      (logged_bytes_ < limits_.checkpoint_log && layers_.bytes() < limits_.checkpoint_memory)) {
    return;
  }
  if (!failed_checkpoint_ || Clock::now() >= next_attempt_) {
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

bool LoggedKv::settle(const CheckpointEnd& end) {
  switch (end.kind) {
    case CheckpointEnd::Kind::done: {
      failed_checkpoint_.reset();
      pause_ = first_pause;
      const std::lock_guard lock(log_mutex_);
      log_->release(end.anchor);
      return true;
    }
    case CheckpointEnd::Kind::map_full:
      grow();
      begin_checkpoint();
      return false;
    case CheckpointEnd::Kind::failed:
      break;
  }
  if (auto reason = tables_->broken_by()) {
    stop_for(std::move(*reason));
    throw StorageFailure(end.error);
  }
  if (end.error.kind != ProviderError::Kind::disk_full && !end.error.retryable) {
    stop_for(end.error.message);
    throw StorageFailure(end.error);
  }
  layers_.unseal();
  if (!failed_checkpoint_) {
    tell(end.error);
  }
  failed_checkpoint_ = end.error;
  next_attempt_ = Clock::now() + pause_;
  pause_ = std::min(pause_ * 2, longest_pause);
  return false;
}

void LoggedKv::tell(const ProviderError& failed) const {
  if (log_sink_) {
    LogRecord record;
    record.level = LogLevel::warn;
    record.message =
        "what the log of `" + directory().string() +
        "` holds could not be brought into the database, which is tried again: " + failed.message;
    log_sink_(record);
  }
}

bool LoggedKv::wait_for_checkpoint() {
  if (!checkpointer_->is_under_way()) {
    begin_checkpoint();
  }
  while (true) {
    if (settle(checkpointer_->wait_for_end())) {
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
    (void)wait_for_checkpoint();
  }
  if (layers_.bytes() > 0 && !wait_for_checkpoint()) {
    throw StorageFailure(*failed_checkpoint_);
  }
}

StoreUse LoggedKv::use() {
  StoreUse use = tables_->use();
  const std::lock_guard lock(log_mutex_);
  if (log_) {
    use.file_bytes += log_->file_bytes();
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
