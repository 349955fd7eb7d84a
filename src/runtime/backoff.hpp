#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <duroxide/clock.hpp>

namespace duroxide::runtime {

/// `base` doubled `times` times, at most `longest`. Never overflows.
[[nodiscard]] Milliseconds exponential_delay(Milliseconds base, Milliseconds longest,
                                             std::uint32_t times);

/// The pause after the `times`th failure in a row of a request to the store: 100 ms to 5 s.
[[nodiscard]] Milliseconds retry_delay(std::uint32_t times);

/// Delays for things that wait for a registration, each with a count of its own. What has not been
/// tried again for long after its delay (it was cancelled, or another runtime took it) is forgotten.
class Backoffs {
 public:
  struct Step {
    Milliseconds delay{0};
    bool is_first = false;  ///< worth a line in the log
  };

  Backoffs(Milliseconds base, Milliseconds longest) : base_(base), longest_(longest) {}

  [[nodiscard]] Step next(const std::string& key, Timestamp now);
  void forget(const std::string& key);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t times = 0;
    Timestamp last_use;
  };

  void forget_old(Timestamp now);

  Milliseconds base_;
  Milliseconds longest_;
  std::size_t size_to_clean_at_ = 1024;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace duroxide::runtime
