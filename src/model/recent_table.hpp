#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace duroxide::model {

/// What was met last, at most 256 entries: a new one takes the place of one that was met before it. Each has
/// four places where it can be, so that some dozens hardly ever drive each other out. Of one thread.
template <class Entry>
class RecentTable {
 public:
  struct Found {
    Entry& entry;
    bool is_it;  ///< else it is another, or none, whose place the new one is to take
  };

  /// Where the entry is of which `is_it(entry)` holds; all that are alike have the same digest.
  template <class IsIt>
  [[nodiscard]] Found find(std::uint64_t digest, const IsIt& is_it) {
    Set& set = sets_[digest % sets_.size()];
    for (Entry& each : set.entries) {
      if (is_it(each)) {
        return {each, true};
      }
    }
    return {set.entries[set.oldest++ % places], false};
  }

 private:
  static constexpr std::size_t places = 4;

  struct Set {
    std::array<Entry, places> entries;
    std::size_t oldest = 0;
  };

  std::array<Set, 64> sets_;
};

}  // namespace duroxide::model
