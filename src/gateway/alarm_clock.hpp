#pragma once

#include <memory>

#include <duroxide/clock.hpp>

#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

/// A descriptor that `poll` can wait for, readable once a time has passed.
class AlarmClock {
 public:
  /// After `time`, which is positive, from now on. Throws `std::system_error` if the process has no
  /// descriptor left.
  explicit AlarmClock(Milliseconds time);

  [[nodiscard]] int file() const { return file_.get(); }
  /// Whether the time has passed.
  [[nodiscard]] bool has_rung() const;

 private:
  struct Sleeper;

  model::FileDescriptor file_;
  std::shared_ptr<Sleeper>
      sleeper_;  ///< keeps the time where the system has no clock that is a file
};

}  // namespace duroxide::gateway
