#pragma once

#include <duroxide/clock.hpp>

#include "gateway/file_descriptor.hpp"

namespace duroxide::gateway {

/// A descriptor that `poll` can wait for, readable once in each interval.
class AlarmClock {
 public:
  /// `interval` is positive. Throws `std::system_error` if the process has no descriptor left.
  explicit AlarmClock(Milliseconds interval);

  /// Until the next interval it is readable no more.
  void reset() const noexcept;
  [[nodiscard]] int file() const { return file_.get(); }

 private:
  FileDescriptor file_;
};

}  // namespace duroxide::gateway
