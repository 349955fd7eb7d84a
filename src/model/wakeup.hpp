#pragma once

#include "model/file_descriptor.hpp"

namespace duroxide::model {

/// A flag that `poll` can wait for. Safe to use from any thread, `raise` from a signal handler too.
class Wakeup {
 public:
  /// Throws `std::system_error` if the process has no descriptor left.
  Wakeup();

  void raise() const noexcept;
  /// Takes it back; false if it was not raised.
  bool take() const noexcept;
  /// Readable while it is raised.
  [[nodiscard]] int file() const { return file_.get(); }

 private:
  FileDescriptor file_;
  FileDescriptor written_;  ///< the other end, where the system needs a pipe for this
};

}  // namespace duroxide::model
