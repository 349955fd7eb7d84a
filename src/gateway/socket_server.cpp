#include "gateway/socket_server.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <poll.h>

#include "gateway/unix_socket.hpp"

namespace duroxide::gateway {

namespace {

/// Until the process may have descriptors or threads again; nothing tells when.
constexpr int pause_without_resources_ms = 100;

bool is_readable(const pollfd& entry) {
  return entry.revents != 0;
}

}  // namespace

Result<std::unique_ptr<SocketServer>, CommandError> SocketServer::start(
    const std::filesystem::path& directory, const Store& store, LogSink log,
    const ServerLimits& limits, bool is_read_only) {
  auto socket = ListeningSocket::open(directory);
  if (!socket) {
    return failure(std::move(socket).error());
  }
  try {
    return std::unique_ptr<SocketServer>(
        new SocketServer(std::move(*socket), store, std::move(log), limits, is_read_only));
  } catch (const std::system_error& failed) {
    return failure(CommandError{CommandError::Kind::failed,
                                std::string("starting the control server: ") + failed.what()});
  }
}

SocketServer::SocketServer(ListeningSocket socket, const Store& store, LogSink log,
                           const ServerLimits& limits, bool is_read_only)
    : socket_(std::move(socket)),
      log_(std::move(log)),
      service_{StoreInUse(store, true), limits, stop_.file(), {}, is_read_only},
      acceptor_([this] { accept_all(); }) {}

SocketServer::~SocketServer() {
  stop_.raise();
  acceptor_.join();
}

void SocketServer::accept_all() {
  while (true) {
    const bool has_room = connections_.size() < service_.limits.connections;
    std::array<pollfd, 3> entries{{{stop_.file(), POLLIN, 0},
                                   {finished_.file(), POLLIN, 0},
                                   {has_room ? socket_.file() : -1, POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0) {
      continue;  // a signal
    }
    if (is_readable(entries[0])) {
      break;
    }
    if (is_readable(entries[1])) {
      join_finished();
    }
    if (is_readable(entries[2])) {
      accept_one();
    }
  }
  for (Connection& connection : connections_) {
    connection.thread.join();
  }
}

void SocketServer::accept_one() {
  model::FileDescriptor peer = accept_peer(socket_.file());
  if (!peer.is_open()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      log("cannot serve a connection: " + std::generic_category().message(errno));
      pollfd stop{stop_.file(), POLLIN, 0};
      ::poll(&stop, 1, pause_without_resources_ms);
    }
    return;
  }
  Connection& connection = connections_.emplace_back();
  try {
    connection.thread = std::thread([this, &connection, file = std::move(peer)]() mutable {
      try {
        serve(std::move(file), service_);
      } catch (const std::exception& failed) {
        log(std::string("a connection failed: ") + failed.what());
      }
      connection.finished = true;
      finished_.raise();
    });
  } catch (const std::system_error& failed) {
    connections_.pop_back();
    log(std::string("cannot serve a connection: ") + failed.what());
  }
}

void SocketServer::join_finished() {
  finished_.take();
  for (auto each = connections_.begin(); each != connections_.end();) {
    if (each->finished) {
      each->thread.join();
      each = connections_.erase(each);
    } else {
      ++each;
    }
  }
}

void SocketServer::log(const std::string& what) const noexcept {
  try {
    LogRecord record;
    record.level = LogLevel::warn;
    record.message = "control socket: " + what;
    log_(record);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

}  // namespace duroxide::gateway
