#pragma once

#include <optional>
#include <set>
#include <vector>

#include <duroxide/clock.hpp>

#include "storage/keys.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// Instances that may be what ended the process: their turns were counted before they were handed
/// out, and none of them had ended when the process did.
///
/// After an unclean end they are handed out one at a time, each when the turn of the one before is on
/// the disk, and no activity is handed out until all are through. So the one that ends the process
/// again is counted alone, and reaches quarantine alone, before it takes others along. One that is
/// not through after `longest_wait`, as nobody asks it again, say, keeps nobody waiting any more.
class Suspects {
 public:
  /// Without progress for so long, the rest is handed out like everything else.
  static constexpr Milliseconds longest_wait{1000};

  /// Reads who is suspected. For an opening after an unclean end.
  void load(const ReadView& committed);

  [[nodiscard]] bool empty() const { return suspected_.empty(); }
  [[nodiscard]] bool contains(Number number) const { return suspected_.contains(number); }

  /// Whether the instance may have its turn now. If it may not, it is remembered, and told of by
  /// `take_released` when it may.
  [[nodiscard]] bool take_turn(Number number, Timestamp now);
  /// Its turn has ended, or there is none for it. If that is in the open batch, it is through with the
  /// commit of that, and else at once.
  void turn_ended(Number number, bool in_batch, Timestamp now);
  void batch_committed(Timestamp now);

  /// Nothing is handed out at present: the time counts from when it is again.
  void wait_anew() { waits_until_.reset(); }
  /// Somebody asks for something to do: from now on progress is expected.
  void begin_to_wait(Timestamp now);
  /// When the waiting ends if there is no progress; none while nobody has asked for anything.
  [[nodiscard]] std::optional<Timestamp> waits_until() const { return waits_until_; }
  /// Suspects nobody any more.
  void give_up();
  /// Instances that had to wait and can be looked at again.
  [[nodiscard]] std::vector<Number> take_released();

 private:
  void through(Number number, Timestamp now);

  std::set<Number> suspected_;
  std::optional<Number> out_;    ///< the one that has its turn
  bool ended_ = false;           ///< that has ended, in the batch that is open
  std::vector<Number> waiting_;  ///< those that came meanwhile
  std::vector<Number> released_;
  std::optional<Timestamp> waits_until_;
};

}  // namespace duroxide::storage
