#pragma once

#include <cstdint>
#include <functional>

#include <duroxide/clock.hpp>

namespace duroxide::storage {

/// When a batch is committed.
///
/// The first change asks the host for a `commit_due` behind everything that waits already, so that
/// all of it joins the batch. If turns that were handed out ahead of the commit are still under way
/// then, the batch is *closing*: the commit is held for their acks, and no further turn may begin on
/// it, so the wait is short; a tick bounds it for turns that are not.
class CommitTiming {
 public:
  /// How the engine is called back.
  class Host {
   public:
    virtual ~Host() = default;
    /// Calls `commit_due` once what has been received before is handled.
    virtual void commit_soon() = 0;
    /// Calls `tick_due` after `delay`.
    virtual void tick_in(Milliseconds delay) = 0;
    /// Calls `wait`, which waits for the disk; others use the thread's time if they can.
    virtual void wait_for_disk(const std::function<void()>& wait) { wait(); }
  };

  CommitTiming(Host& host, Milliseconds longest_hold) : host_(host), longest_hold_(longest_hold) {}

  void changed();
  /// Only while the batch is gathering.
  void turn_ahead_began();
  void turn_ahead_ended();
  /// A commit has been asked for, and what is received before it still joins.
  [[nodiscard]] bool gathering() const { return phase_ == Phase::gathering; }
  [[nodiscard]] bool closing() const { return phase_ == Phase::closing; }
  [[nodiscard]] bool open() const { return phase_ != Phase::idle; }

  /// Both say whether to commit now.
  [[nodiscard]] bool commit_due();
  [[nodiscard]] bool tick_due();

  void batch_ended();

 private:
  enum class Phase : std::uint8_t { idle, gathering, closing };

  void ask_for_commit();
  void ask_for_tick();

  Host& host_;
  Milliseconds longest_hold_;
  Phase phase_ = Phase::idle;
  std::uint64_t turns_ahead_ = 0;
  bool commit_asked_ = false;
  bool tick_asked_ = false;
  bool held_before_tick_ = false;  ///< the tick on its way was asked for by this very hold
};

}  // namespace duroxide::storage
