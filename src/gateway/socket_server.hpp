#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

#include "gateway/connection.hpp"
#include "gateway/listening_socket.hpp"
#include "model/wakeup.hpp"

namespace duroxide::gateway {

/// Carries out commands for other processes of the same user, or of root. Each connection is served
/// by a thread of its own, which ends when its peer hangs up, is too slow, or the server stops.
class SocketServer {
 public:
  /// To be called by the owner of the store only. With `is_read_only`, requests are refused that would
  /// change something, until `read_only` says otherwise. Errors: `failed`.
  [[nodiscard]] static Result<std::unique_ptr<SocketServer>, CommandError> start(
      const std::filesystem::path& directory, const Store& store, LogSink log,
      const ServerLimits& limits = {}, bool is_read_only = false);
  void read_only(bool value) { service_.is_read_only = value; }

  /// Interrupts what is under way and waits for it.
  ~SocketServer();
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

 private:
  struct Connection {
    std::thread thread;
    std::atomic<bool> finished{false};
  };

  SocketServer(ListeningSocket socket, const Store& store, LogSink log, const ServerLimits& limits,
               bool is_read_only);
  void accept_all();
  void accept_one();
  void join_finished();
  void log(const std::string& what) const noexcept;

  ListeningSocket socket_;
  LogSink log_;
  model::Wakeup stop_;
  model::Wakeup finished_;
  Service service_;
  std::list<Connection> connections_;  ///< of the accepting thread
  std::thread acceptor_;
};

}  // namespace duroxide::gateway
