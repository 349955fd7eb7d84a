#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "load/sample.hpp"

namespace duroxide::load {

/// The median of what `read` gives for a quarter of the samples, 0 to 3.
[[nodiscard]] double median_of_quarter(const std::vector<Sample>& samples, std::size_t quarter,
                                       const std::function<double(const Sample&)>& read);

/// By how much a part of the samples grew from their second quarter to their last.
struct Growth {
  double before = 0;  ///< median of the second quarter; the first is for warming up
  double after = 0;   ///< median of the last quarter

  [[nodiscard]] double difference() const { return after - before; }
  [[nodiscard]] double percent() const { return before == 0 ? 0 : 100 * difference() / before; }
};

[[nodiscard]] Growth growth_of(const std::vector<Sample>& samples,
                               const std::function<double(const Sample&)>& read);

/// What has grown although it should not, each in a sentence. The samples were all taken when nothing
/// was under way and nothing was in the store, so that only what is left over makes a difference:
///
/// - *The heap* may grow by 16 bytes for each orchestration between the two medians: the smallest
///   thing that can be allocated takes 32 bytes, so one that is left for each of them is found. For
///   short runs there is `heap_noise`: caches of the allocator, of LMDB and of CAF come to their size
///   by and by.
/// - *Descriptors and threads* may not grow at all.
/// - *The store*'s pages in use may grow by a tenth and by `store_noise`: the tables are empty, but the
///   lists of free pages are not. The length of its files may, by a tenth and by `files_noise`.
[[nodiscard]] std::vector<std::string> what_grew(const std::vector<Sample>& samples);

inline constexpr double heap_per_orchestration = 16;
inline constexpr double heap_noise = 2 << 20;
inline constexpr double store_share = 0.1;
inline constexpr double store_noise = 1 << 20;
/// Files keep the length that the busiest checkpoint so far has needed, and a machine that has more time for
/// the second half does more at once in it.
inline constexpr double files_noise = 4 << 20;

}  // namespace duroxide::load
