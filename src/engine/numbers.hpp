#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "engine/opening.hpp"

namespace duroxide::storage {

/// Gives out what no two rows may share, or what never goes back: numbers of instances, sequences of
/// messages, creation times.
class Numbers {
 public:
  explicit Numbers(const Opening& opening)
      : next_instance_(opening.next_instance),
        reserved_(opening.next_instance),
        last_created_(opening.last_created),
        sequence_(opening.sequence_base()) {}

  /// What is refused after all has used its number up.
  [[nodiscard]] Number next_instance() { return next_instance_++; }
  [[nodiscard]] std::uint64_t next_sequence() { return sequence_++; }
  /// Not before any that was given out.
  [[nodiscard]] Timestamp creation_time(Timestamp now) {
    last_created_ = std::max(last_created_, now);
    return last_created_;
  }

  /// The first number that no instance has had.
  [[nodiscard]] Number first_free() const { return next_instance_; }
  /// The number below which the store is to promise to give out none a second time; none if what it has
  /// promised will do.
  [[nodiscard]] std::optional<Number> to_reserve() const {
    // Some in advance, so that not every commit writes this row. What is left of them is lost if the
    // store is not closed.
    return next_instance_ > reserved_ ? std::optional(next_instance_ + in_advance) : std::nullopt;
  }
  /// The promise is on the disk.
  void reserved(Number end) { reserved_ = end; }

 private:
  static constexpr Number in_advance = 256;

  Number next_instance_;
  Number reserved_;
  Timestamp last_created_;
  std::uint64_t sequence_;
};

}  // namespace duroxide::storage
