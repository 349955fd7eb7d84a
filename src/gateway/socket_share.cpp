#include "gateway/socket_share.hpp"

#include <utility>

#include <duroxide/provider.hpp>

#include "gateway/socket_server.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::gateway {

using duroxide::detail::StoreAccess;

// The lock is held while the server starts or stops: the next one must not find the file of one that
// is going, nor that one remove the file of the next.

Result<void, std::string> SocketShare::acquire(const Store& store, const LogSink& log) {
  const std::lock_guard lock(mutex_);
  if (!server_) {
    auto server = SocketServer::start(store.directory(), store, log);
    if (!server) {
      return failure(std::move(server).error());
    }
    server_ = std::move(*server);
  }
  ++users_;
  return {};
}

void SocketShare::release() {
  const std::lock_guard lock(mutex_);
  if (--users_ == 0) {
    server_.reset();
  }
}

std::unique_ptr<SocketLease> SocketLease::acquire(const Store& store, const LogSink& log) {
  if (store.directory().empty() || actors::is_deterministic(StoreAccess::system(store))) {
    return nullptr;
  }
  const auto shared = StoreAccess::impl(store).control_socket.acquire(store, log);
  if (!shared) {
    LogRecord record;
    record.level = LogLevel::warn;
    record.message = "the `duroxide` command cannot reach this runtime: " + shared.error();
    log(record);
    return nullptr;
  }
  return std::unique_ptr<SocketLease>(new SocketLease(store));
}

SocketLease::~SocketLease() {
  StoreAccess::impl(store_).control_socket.release();
}

}  // namespace duroxide::gateway
