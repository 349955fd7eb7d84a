#include "gateway/socket_share.hpp"

#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "gateway/socket_server.hpp"
#include "gateway/wire.hpp"
#include "protocol/store_impl.hpp"
#include "runtime/beside.hpp"

namespace duroxide::gateway {

namespace {

using duroxide::detail::StoreAccess;
using duroxide::detail::StoreImpl;

void tell(const LogSink& log, LogLevel level, std::string message) {
  if (!log) {
    return;
  }
  LogRecord record;
  record.level = level;
  record.message = std::move(message);
  log(record);
}

/// The servers of this process, one for each store that a runtime uses.
class Servers {
 public:
  /// Starts the server of a store, or counts one more who uses it. Errors: why there can be none.
  [[nodiscard]] Result<void, CommandError> acquire(const Store& store, ControlSocket mode,
                                                   const LogSink& log) {
    const auto shared = add_user(store, mode);
    std::unique_lock lock(shared->mutex);
    const bool is_new = !shared->server;
    if (is_new) {
      auto server = start(store, log, !lets_change(*shared));
      if (!server) {
        lock.unlock();
        release(store, mode);
        return failure(std::move(server).error());
      }
      shared->server = std::move(*server);
    }
    shared->server->read_only(!lets_change(*shared));
    if (is_new) {
      tell(log, LogLevel::info,
           "the control socket `" + (store.directory() / socket_file_name).string() +
               "` is on: processes of this user may " +
               (mode == ControlSocket::full ? "look at the store and change it"
                                            : "look at the store, and change nothing"));
    }
    return {};
  }

  /// Stops the server after the last.
  void release(const Store& store, ControlSocket mode) {
    const auto shared = remove_user(store, mode);
    const std::lock_guard lock(shared->mutex);
    const auto is_unused = [&] {
      const std::lock_guard counting(mutex_);
      return shared->users == 0;
    };
    if (is_unused()) {
      shared->server.reset();
      const std::lock_guard counting(mutex_);
      if (shared->users == 0) {
        servers_.erase(&StoreAccess::impl(store));
      }
    } else if (shared->server) {
      shared->server->read_only(!lets_change(*shared));
    }
  }

 private:
  struct Shared {
    std::size_t users = 0;       ///< guarded by the mutex of `Servers`
    std::size_t full_users = 0;  ///< likewise: of these, those who let others change something
    /// Held while the server starts or stops: the next one must not find the file of one that is
    /// going, nor that one remove the file of the next.
    std::mutex mutex;
    std::unique_ptr<SocketServer> server;
  };

  [[nodiscard]] static Result<std::unique_ptr<SocketServer>, CommandError> start(
      const Store& store, const LogSink& log, bool is_read_only) {
    try {
      return SocketServer::start(store.directory(), store, log, {}, is_read_only);
    } catch (const std::exception& failed) {
      return failure(CommandError{CommandError::Kind::failed, failed.what()});
    }
  }

  [[nodiscard]] bool lets_change(const Shared& shared) {
    const std::lock_guard counting(mutex_);
    return shared.full_users > 0;
  }

  std::shared_ptr<Shared> add_user(const Store& store, ControlSocket mode) {
    const std::lock_guard lock(mutex_);
    auto& shared = servers_[&StoreAccess::impl(store)];
    if (!shared) {
      shared = std::make_shared<Shared>();
    }
    ++shared->users;
    shared->full_users += mode == ControlSocket::full ? 1 : 0;
    return shared;
  }

  std::shared_ptr<Shared> remove_user(const Store& store, ControlSocket mode) {
    const std::lock_guard lock(mutex_);
    auto shared = servers_.at(&StoreAccess::impl(store));
    --shared->users;
    shared->full_users -= mode == ControlSocket::full ? 1 : 0;
    return shared;
  }

  std::mutex mutex_;
  std::map<const StoreImpl*, std::shared_ptr<Shared>> servers_;
};

/// Never destroyed: a runtime may be a variable of the whole program, and end after everything here.
Servers& servers() {
  static auto* const all = new Servers;
  return *all;
}

/// Runs when the program is loaded.
[[maybe_unused]] const bool runs_beside_runtimes = [] {
  runtime::run_beside_runtimes([](const Store& store, const runtime::BesideOptions& options) {
    return SocketUse::begin(store, options.control_socket, options.log);
  });
  return true;
}();

}  // namespace

std::shared_ptr<SocketUse> SocketUse::begin(const Store& store, ControlSocket mode,
                                            const LogSink& log) {
  if (mode == ControlSocket::off || store.directory().empty() ||
      actors::is_deterministic(StoreAccess::system(store))) {
    return nullptr;
  }
  const auto shared = servers().acquire(store, mode, log);
  if (!shared) {
    tell(log, LogLevel::warn,
         "neither the `duroxide` command nor a remote store can reach this runtime: " +
             shared.error().message);
    return nullptr;
  }
  return std::shared_ptr<SocketUse>(new SocketUse(store, mode));
}

SocketUse::~SocketUse() {
  servers().release(store_, mode_);
}

}  // namespace duroxide::gateway
