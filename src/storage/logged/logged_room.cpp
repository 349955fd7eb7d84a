// Room for the commits of a store with a log: a place in the log, which on a full disk comes from a
// checkpoint, or from what is kept.

#include <algorithm>
#include <utility>

#include "model/invariant.hpp"
#include "storage/logged/logged_kv.hpp"
#include "storage/size_signal.hpp"

namespace duroxide::storage {

std::uint64_t LoggedLimits::kept_in_log() const {
  constexpr std::uint64_t kept = std::uint64_t{128} << 10;
  return std::min(kept, log.segment_bytes / 8);
}

std::uint64_t LoggedKv::make_room(std::uint64_t bytes, RoomFor what, const LetGo& let_go) {
  require_usable();
  const SizeSignalHeld held;
  if (const auto end = checkpointer_->take_end()) {
    (void)settle(*end, let_go);
  }
  if (what == RoomFor::anything) {
    require_no_reserve_given();
  }
  const bool had_given_reserve = has_given_reserve_;
  try {
    room_ = find_room(bytes, what, let_go);
    layers_.make_room();
  } catch (...) {
    has_given_reserve_ = had_given_reserve;  // no commit follows for which it was given
    throw;
  }
  return room_;
}

std::uint64_t LoggedKv::find_room(std::uint64_t bytes, RoomFor what, const LetGo& let_go) {
  if (is_disk_full()) {
    meet_full_disk(what, let_go);
  }
  while (is_too_far_ahead()) {
    if (wait_for_checkpoint(let_go)) {
      continue;
    }
    if (what == RoomFor::anything) {
      throw StorageFailure(*failed_checkpoint_);
    }
    break;  // it is little, or less is left to be kept in memory with it
  }
  const std::uint64_t kept = what == RoomFor::anything ? limits_.kept_in_log() : 0;
  const std::uint64_t found = find_place(bytes + kept, what, let_go);
  // What may have what is kept gets as much of it as it needs.
  return what == RoomFor::anything ? found - kept : bytes;
}

std::optional<std::uint64_t> LoggedKv::room_at_hand(std::uint64_t bytes, RoomFor what) {
  if (!log_ || breakdown_.has_happened()) {
    return std::nullopt;
  }
  if (is_disk_full() || has_given_reserve_ || checkpointer_->has_ended() ||
      are_layers_too_large()) {
    return std::nullopt;
  }
  const std::unique_lock lock(log_mutex_, std::try_to_lock);  // a late flush may take a while
  if (!lock || log_->held_bytes() > limits_.most_log) {
    return std::nullopt;
  }
  const std::uint64_t kept = what == RoomFor::anything ? limits_.kept_in_log() : 0;
  const auto found = log_->room_at_hand(bytes + kept);
  if (!found) {
    return std::nullopt;
  }
  layers_.make_room();
  room_ = what == RoomFor::anything ? *found - kept : bytes;
  return room_;
}

void LoggedKv::require_no_reserve_given() const {
  if (has_given_reserve_) {
    throw StorageFailure(ProviderError::Kind::disk_full,
                         "the disk is full: what is kept on it for deletions is needed by one that "
                         "is about to be committed",
                         true);
  }
}

void LoggedKv::meet_full_disk(RoomFor what, const LetGo& let_go) {
  switch (what) {
    case RoomFor::anything:
      if (Clock::now() < next_attempt_ || !wait_for_checkpoint(let_go)) {
        throw StorageFailure(*failed_checkpoint_);
      }
      return;
    case RoomFor::little:
      return;
    case RoomFor::making_room:
      if (!has_given_reserve_ && !wait_for_checkpoint(let_go) && give_up_reserve()) {
        has_given_reserve_ = true;
        next_attempt_ = {};  // once this is committed, together with it
      }
      return;
  }
}

std::uint64_t LoggedKv::find_place(std::uint64_t bytes, RoomFor what, const LetGo& let_go) {
  bool may_free_segments = true;
  while (true) {
    try {
      const std::lock_guard lock(log_mutex_);
      return log_->make_room(bytes);
    } catch (const StorageFailure& failed) {
      // What is in the tables already leaves its place in the log.
      if (std::exchange(may_free_segments, false) && wait_for_checkpoint(let_go)) {
        continue;
      }
      if (what != RoomFor::making_room || failed.error().kind != ProviderError::Kind::disk_full ||
          !give_up_reserve()) {
        throw;
      }
      has_given_reserve_ = true;
      may_free_segments = true;
    }
  }
}

bool LoggedKv::are_layers_too_large() const {
  return layers_.bytes() > limits_.most_memory || layers_.bytes_in_tables() > limits_.most_tables;
}

bool LoggedKv::is_too_far_ahead() const {
  if (are_layers_too_large()) {
    return true;
  }
  const std::lock_guard lock(log_mutex_);
  return log_->held_bytes() > limits_.most_log;
}

bool LoggedKv::is_disk_full() const {
  return failed_checkpoint_ && failed_checkpoint_->kind == ProviderError::Kind::disk_full;
}

bool LoggedKv::give_up_reserve() {
  DUROXIDE_INVARIANT(!checkpointer_->is_under_way(),
                     "the reserve is given up when a checkpoint has found no room either");
  const bool had_room = tables_->give_up_reserve();
  if (had_room) {
    tell("the disk is full: what makes room in `" + directory().string() +
         "` takes the room that is kept for it");
  }
  return had_room;
}

}  // namespace duroxide::storage
