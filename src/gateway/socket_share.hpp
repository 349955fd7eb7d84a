#pragma once

#include <memory>

#include <duroxide/control_socket.hpp>
#include <duroxide/log.hpp>
#include <duroxide/store.hpp>

namespace duroxide::gateway {

/// A runtime's use of the control socket of its store, from the runtime's start to its stop. All
/// runtimes of a store in this process share one socket, which is there as long as one of them uses
/// it, and read-only while all of those say so. Every runtime gets its use by itself, when it starts.
class SocketUse {
 public:
  /// Null if the store has no directory to put a socket into, or its actors run only on a test's own
  /// thread, and also, with a warning in the log, if there can be no socket.
  [[nodiscard]] static std::shared_ptr<SocketUse> begin(const Store& store, ControlSocket mode,
                                                        const LogSink& log);
  ~SocketUse();
  SocketUse(const SocketUse&) = delete;
  SocketUse& operator=(const SocketUse&) = delete;

 private:
  SocketUse(const Store& store, ControlSocket mode) : store_(store), mode_(mode) {}

  Store store_;
  ControlSocket mode_;
};

}  // namespace duroxide::gateway
