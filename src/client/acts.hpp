#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <duroxide/detail/caf.hpp>

namespace duroxide::client {

class Call;
class Calls;

/// What a companion is told to do on its own turn. All requests go as this one kind, so that what the
/// actor library makes for each kind of message is made once for all of them.
struct Act {
  std::function<void(Calls&)> action;
  std::shared_ptr<Call> call = {};  ///< that it is part of; null if nobody can take it back
  bool calls_back = false;          ///< and is counted as busy
  bool is_urgent = false;           ///< it waits for no room, and so goes ahead of those that do
};

/// To a companion: there are acts for it.
struct ActsCame {};

/// The acts that a companion was told and has not begun, in order. One message tells it of all that come
/// until it has taken the last: a thread that makes many calls in a row pays for few messages. A companion
/// that has as much under way as it may leaves the rest here, where each takes the least memory.
class Acts {
 public:
  /// For any thread. True if the companion has to be sent an `ActsCame`. Once the companion has ended, the
  /// act is dropped.
  [[nodiscard]] bool push(Act act) {
    const std::lock_guard lock(mutex_);
    if (has_ended_) {
      return false;  // what dies with the act does so without the lock
    }
    const bool will_look = is_told_ && !(act.is_urgent && is_paused_);
    if (act.is_urgent) {
      urgent_.push_back({std::move(act), pushed_});
      has_urgent_.store(true, std::memory_order_relaxed);
      is_paused_ = false;
    } else {
      coming_.push_back(std::move(act));
      ++pushed_;
    }
    is_told_ = true;
    return !will_look;
  }

  /// For the companion. None if there is none; then it will be told of the next. Without room only what is
  /// urgent is taken; if nothing is, it will be told of the next that is, and has to look again by itself
  /// once there is room.
  [[nodiscard]] std::optional<Act> take(bool has_room = true) {
    if (!has_room || taken_.empty() || has_urgent_.load(std::memory_order_relaxed)) {
      const std::lock_guard lock(mutex_);
      if (!urgent_.empty() && (!has_room || urgent_.front().behind <= taken_so_far_)) {
        std::optional<Act> next(std::move(urgent_.front().act));
        urgent_.pop_front();
        has_urgent_.store(!urgent_.empty(), std::memory_order_relaxed);
        return next;
      }
      is_paused_ = !has_room;
      if (!has_room) {
        return std::nullopt;
      }
      if (taken_.empty()) {
        taken_.swap(coming_);
        is_told_ = !taken_.empty();
      }
    }
    if (taken_.empty()) {
      return std::nullopt;
    }
    std::optional<Act> next(std::move(taken_.front()));
    taken_.pop_front();
    ++taken_so_far_;
    return next;
  }

  /// For the companion, which ends: all that is there but what is urgent and calls nobody back. That would
  /// find nothing to do any more.
  [[nodiscard]] std::deque<Act> take_all() {
    std::deque<Act> all;
    std::deque<Urgent> dropped;
    const std::lock_guard lock(mutex_);
    dropped.swap(urgent_);
    has_urgent_.store(false, std::memory_order_relaxed);
    for (Urgent& each : dropped) {
      if (each.act.calls_back) {
        all.push_back(std::move(each.act));
      }
    }
    std::move(taken_.begin(), taken_.end(), std::back_inserter(all));
    taken_.clear();
    std::move(coming_.begin(), coming_.end(), std::back_inserter(all));
    coming_.clear();
    return all;
  }

  /// For the companion, which ends: drops what is there, and whatever comes.
  void end() {
    std::deque<Act> dropped;
    std::deque<Urgent> dropped_urgent;
    {
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
      dropped.swap(coming_);
      dropped_urgent.swap(urgent_);
    }
    taken_.clear();
  }

 private:
  struct Urgent {
    Act act;
    std::uint64_t behind = 0;  ///< so many others that were pushed before it
  };

  std::mutex mutex_;  ///< guards all but what is the companion's alone
  std::deque<Act> coming_;
  std::deque<Urgent> urgent_;
  std::uint64_t pushed_ = 0;  ///< that are not urgent, since the beginning
  bool is_told_ = false;      ///< the companion will look: an `ActsCame` is on its way, say
  bool is_paused_ = false;    ///< there was no room when the companion looked last
  bool has_ended_ = false;
  std::atomic<bool> has_urgent_ = false;  ///< `urgent_` is not empty; read without the lock

  // The companion's alone.
  std::deque<Act> taken_;
  std::uint64_t taken_so_far_ = 0;  ///< of `pushed_`
};

}  // namespace duroxide::client

DUROXIDE_MESSAGE(duroxide::client::ActsCame)
