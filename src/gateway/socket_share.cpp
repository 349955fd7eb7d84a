#include "gateway/socket_share.hpp"

#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "gateway/socket_server.hpp"
#include "protocol/store_impl.hpp"
#include "runtime/beside.hpp"

namespace duroxide::gateway {

namespace {

using duroxide::detail::StoreAccess;
using duroxide::detail::StoreImpl;

/// The servers of this process, one for each store that a runtime uses.
class Servers {
 public:
  /// Starts the server of a store, or counts one more who uses it. Errors: why there can be none.
  [[nodiscard]] Result<void, CommandError> acquire(const Store& store, const LogSink& log) {
    const auto shared = add_user(store);
    std::unique_lock lock(shared->mutex);
    if (!shared->server) {
      auto server = start(store, log);
      if (!server) {
        lock.unlock();
        release(store);
        return failure(std::move(server).error());
      }
      shared->server = std::move(*server);
    }
    return {};
  }

  /// Stops the server after the last.
  void release(const Store& store) {
    const auto shared = remove_user(store);
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
    }
  }

 private:
  struct Shared {
    std::size_t users = 0;  ///< guarded by the mutex of `Servers`
    /// Held while the server starts or stops: the next one must not find the file of one that is
    /// going, nor that one remove the file of the next.
    std::mutex mutex;
    std::unique_ptr<SocketServer> server;
  };

  [[nodiscard]] static Result<std::unique_ptr<SocketServer>, CommandError> start(
      const Store& store, const LogSink& log) {
    try {
      return SocketServer::start(store.directory(), store, log);
    } catch (const std::exception& failed) {
      return failure(CommandError{CommandError::Kind::failed, failed.what()});
    }
  }

  std::shared_ptr<Shared> add_user(const Store& store) {
    const std::lock_guard lock(mutex_);
    auto& shared = servers_[&StoreAccess::impl(store)];
    if (!shared) {
      shared = std::make_shared<Shared>();
    }
    ++shared->users;
    return shared;
  }

  std::shared_ptr<Shared> remove_user(const Store& store) {
    const std::lock_guard lock(mutex_);
    auto shared = servers_.at(&StoreAccess::impl(store));
    --shared->users;
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
  runtime::run_beside_runtimes(
      [](const Store& store, const LogSink& log) { return SocketUse::begin(store, log); });
  return true;
}();

}  // namespace

std::shared_ptr<SocketUse> SocketUse::begin(const Store& store, const LogSink& log) {
  if (store.directory().empty() || actors::is_deterministic(StoreAccess::system(store))) {
    return nullptr;
  }
  const auto shared = servers().acquire(store, log);
  if (!shared) {
    LogRecord record;
    record.level = LogLevel::warn;
    record.message = "the `duroxide` command cannot reach this runtime: " + shared.error().message;
    log(record);
    return nullptr;
  }
  return std::shared_ptr<SocketUse>(new SocketUse(store));
}

SocketUse::~SocketUse() {
  servers().release(store_);
}

}  // namespace duroxide::gateway
