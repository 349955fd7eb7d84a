#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>

#include "postgres/request.hpp"

namespace duroxide::postgres {

class Session;

/// This process among those that use a store: its row of `processes`, by which all that it holds is its own.
/// What it says may be asked on any thread; it is changed by whoever has the session that writes.
class Membership {
 public:
  /// `clock` is a test's, which tells the time instead of the database; else null.
  Membership(std::string name, Milliseconds lease, std::shared_ptr<Clock> clock);

  /// The number of this process, which changes if it was taken for dead and has joined anew.
  [[nodiscard]] std::int64_t process() const { return process_.load(); }
  /// Whether others are known to use the store.
  [[nodiscard]] bool has_others() const { return others_.load() > 0; }
  void note_others(std::int64_t others) { others_.store(others); }
  /// Counts the losses of the connection, after each of which answers may be missing.
  [[nodiscard]] std::uint64_t losses() const { return losses_.load(); }
  void note_loss() { ++losses_; }

  /// The time that functions go by: none if that is the database's.
  [[nodiscard]] std::optional<std::int64_t> given_time() const;

  /// Joins, as if it had never been there before. Throws `DatabaseError`.
  void join(Session& session);
  /// The names of the other processes that have the store open, after what the dead had was taken back. Throws
  /// `DatabaseError`.
  [[nodiscard]] std::vector<std::string> others(Session& session) const;
  /// To be called whenever the session has connected, before it writes: the server may have crashed since, and
  /// have forgotten which numbers it had given to leases and instances. Throws `DatabaseError`.
  static void skip_numbers(Session& session);
  /// The first call of a batch, under a number of its own. `is_flushed`: its commit returns when the server
  /// has it on its disk, or whatever else the user has asked the server for.
  [[nodiscard]] Call begin_batch(bool is_flushed);
  /// Whether the batch that was begun last has been committed. Throws `DatabaseError`.
  [[nodiscard]] bool was_committed(Session& session) const;
  /// A sign of life, which is answered with the database's time, whether there are turns, activities and
  /// timers to be had, and whether others have cancelled leases of this process.
  [[nodiscard]] Call life_sign() const;
  /// Leaves the store: all that it holds is given back.
  [[nodiscard]] Call leaving() const;

 private:
  std::string name_;
  Milliseconds lease_;
  std::shared_ptr<Clock> clock_;
  std::atomic<std::int64_t> process_{0};
  std::atomic<std::int64_t> others_{0};
  std::atomic<std::uint64_t> losses_{0};
  std::int64_t batch_ = 0;
};

}  // namespace duroxide::postgres
