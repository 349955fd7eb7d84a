#pragma once

#include <cstdint>

namespace duroxide::model {

/// Remembers the process in which it was made. A child that is forked of that has its memory but none of
/// its threads, so whoever would wait for them there asks first. Costs no system call.
class ProcessMark {
 public:
  ProcessMark();

  /// Whether the calling process is another one than that.
  [[nodiscard]] bool is_foreign() const;

 private:
  std::uint64_t generation_;
};

/// What a call is told there.
inline constexpr const char* foreign_process_message =
    "the store was opened before this process was forked of the one that opened it, whose threads "
    "are "
    "not here. Open it in the process that uses it, after the fork; one process owns a store at a "
    "time";

}  // namespace duroxide::model
