#pragma once

#include <memory>

#include "model/file_descriptor.hpp"

namespace duroxide::gateway::http {

/// Tells, by one descriptor, whether the answer to a request is to be given up: because the server is to
/// stop, or because the peer has hung up, or sends no more, which looks the same, or because time is up.
class EndWatch {
 public:
  /// `stop` is readable once the server is to stop; `connection` is the peer's, or -1; `alarm` is readable
  /// once time is up, or -1. All outlive this.
  ///
  /// If the system has no descriptor or no thread left, it tells that the server is to stop, and nothing else.
  /// Elsewhere than on Linux it takes a thread for each wait with an alarm; without one it tells nothing of
  /// the peer, and with one not that the peer sends no more, but hears on.
  EndWatch(int stop, int connection, int alarm = -1);
  ~EndWatch();
  EndWatch(const EndWatch&) = delete;
  EndWatch& operator=(const EndWatch&) = delete;

  /// Readable from then on.
  [[nodiscard]] int file() const;

 private:
  struct Watcher;

  int stop_;
  std::unique_ptr<Watcher> watcher_;  ///< null if `stop` is all that is told
};

}  // namespace duroxide::gateway::http
