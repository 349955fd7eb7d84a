#pragma once

#include <deque>
#include <functional>
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
};

/// To a companion: there are acts for it.
struct ActsCame {};

/// The acts that a companion was told and has not begun, in order. One message tells it of all that come
/// until it has taken the last: a thread that makes many calls in a row pays for few messages.
class Acts {
 public:
  /// For any thread. True if the companion has to be sent an `ActsCame`. Once the companion has ended, the
  /// act is dropped.
  [[nodiscard]] bool push(Act act) {
    const std::lock_guard lock(mutex_);
    if (has_ended_) {
      return false;  // what dies with the act does so without the lock
    }
    coming_.push_back(std::move(act));
    return !std::exchange(is_told_, true);
  }

  /// For the companion. None if there is none; then it will be told of the next.
  [[nodiscard]] std::optional<Act> take() {
    if (taken_.empty()) {
      const std::lock_guard lock(mutex_);
      taken_.swap(coming_);
      is_told_ = !taken_.empty();
    }
    if (taken_.empty()) {
      return std::nullopt;
    }
    std::optional<Act> next(std::move(taken_.front()));
    taken_.pop_front();
    return next;
  }

  /// For the companion, which ends: drops what is there, and whatever comes.
  void end() {
    std::deque<Act> dropped;
    {
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
      dropped.swap(coming_);
    }
    taken_.clear();
  }

 private:
  std::mutex mutex_;  ///< guards all but `taken_`, which is the companion's alone
  std::deque<Act> coming_;
  bool is_told_ = false;  ///< an `ActsCame` is on its way, or acts are being taken
  bool has_ended_ = false;
  std::deque<Act> taken_;
};

}  // namespace duroxide::client

DUROXIDE_MESSAGE(duroxide::client::ActsCame)
