#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide::gateway {

class SocketServer;

/// The control server of one store, for all the runtimes on it.
class SocketShare {
 public:
  /// Starts the server, or counts one more who uses it. Errors: why there can be none.
  [[nodiscard]] Result<void, std::string> acquire(const Store& store, const LogSink& log);
  /// Stops it after the last.
  void release();

 private:
  std::mutex mutex_;
  std::size_t users_ = 0;
  std::shared_ptr<SocketServer> server_;
};

/// A runtime's use of the server, from its start to its stop.
class SocketLease {
 public:
  /// Null if the store has no directory to put a socket into, or its actors run only on a test's own
  /// thread, and also, with a warning in the log, if there can be no socket.
  [[nodiscard]] static std::unique_ptr<SocketLease> acquire(const Store& store, const LogSink& log);
  ~SocketLease();
  SocketLease(const SocketLease&) = delete;
  SocketLease& operator=(const SocketLease&) = delete;

 private:
  explicit SocketLease(const Store& store) : store_(store) {}

  Store store_;
};

}  // namespace duroxide::gateway
