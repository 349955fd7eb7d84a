#pragma once

#include "model/file_descriptor.hpp"

namespace duroxide::gateway::http {

/// Tells, by one descriptor, whether the answer to a request is to be given up: because the server is to
/// stop, or because the peer has hung up, or sends no more, which looks the same, or because time is up.
class EndWatch {
 public:
  /// `stop` is readable once the server is to stop; `connection` is the peer's, or -1; `alarm` is readable
  /// once time is up, or -1. All outlive this.
  EndWatch(int stop, int connection, int alarm = -1);

  /// Readable from then on. If the system has no descriptor left, or is not Linux, it is `stop` alone.
  [[nodiscard]] int file() const { return all_.is_open() ? all_.get() : stop_; }

 private:
  int stop_;
  model::FileDescriptor all_;
};

}  // namespace duroxide::gateway::http
