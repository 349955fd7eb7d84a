#pragma once

// Sets of instances as the indexes hold them: numbers in order, to be walked up or down and to be
// intersected without looking at any instance.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/common.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

enum class Direction : std::uint8_t { up, down };

/// Whether a walk comes to `a` before `b`.
[[nodiscard]] constexpr bool comes_before(Direction direction, Number a, Number b) {
  return direction == Direction::up ? a < b : a > b;
}

/// A set of numbers that is walked once.
class NumberWalk {
 public:
  virtual ~NumberWalk() = default;
  /// The first of them that the walk does not come to before `from`. `from` never goes back.
  [[nodiscard]] virtual std::optional<Number> seek(Number from) = 0;
};

/// A part of an index: the keys that are `prefix` followed by a number.
struct Range {
  Table table = Table::by_status;
  std::string prefix;
};

/// What is in any of some ranges, or in a list.
struct NumberSet {
  std::vector<Range> ranges;
  std::vector<Number> listed;  ///< sorted upwards
};

[[nodiscard]] bool contains(const ReadView& view, const NumberSet& set, Number number);

/// The numbers of a range. The view must outlive it.
[[nodiscard]] std::unique_ptr<NumberWalk> numbers_of(const ReadView& view, Range range,
                                                     Direction direction);
/// Those of a set, which must outlive it.
[[nodiscard]] std::unique_ptr<NumberWalk> numbers_of(const ReadView& view, const NumberSet& set,
                                                     Direction direction);
/// Those of a list that is sorted upwards, which must outlive it.
[[nodiscard]] std::unique_ptr<NumberWalk> numbers_of(const std::vector<Number>& sorted,
                                                     Direction direction);

}  // namespace duroxide::storage
