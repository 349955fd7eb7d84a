#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_set>

#include "model/meters.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

/// Which of the two lines an instance waits in for its turn.
enum class TurnLine : std::uint8_t {
  begun,  ///< its code has begun, or somebody whose code has begun waits for it: a child's parent
  fresh,  ///< started by itself, and no turn of it was handed out yet
};

/// Instances that wait for a turn, each once, and the order in which they get it.
///
/// Those that have begun come first: they are in memory, and what they hold is let go when they end.
/// Were each start to be begun when it comes, a burst of starts would leave all of them half done, and
/// each would have to be read again when its next message comes. So that starts come to their turn all
/// the same, however many messages there are, `most_begun_in_a_row` of them let one start pass. Within
/// a line the first to come is the first to go.
class TurnLines {
 public:
  static constexpr std::size_t most_begun_in_a_row = 7;

  struct Waiting {
    Number number = 0;
    TurnLine line = TurnLine::begun;
    model::Instant since{};  ///< the default if it is not known
  };

  /// Ignored if the instance waits already, in whichever line.
  void push(const Waiting& waiting);
  [[nodiscard]] std::optional<Waiting> pop();

  [[nodiscard]] bool contains(Number number) const { return queued_.contains(number); }

 private:
  struct Entry {
    Number number = 0;
    model::Instant since{};
  };

  std::deque<Entry> begun_;
  std::deque<Entry> fresh_;
  std::unordered_set<Number> queued_;  ///< all of them
  /// Of those that had begun, so many were popped since the last that had not.
  std::size_t begun_in_a_row_ = 0;
};

}  // namespace duroxide::storage
