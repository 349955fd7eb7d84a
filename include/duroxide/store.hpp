#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/log.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {
class ActorSystemImpl;
struct StoreImpl;
struct StoreAccess;
}  // namespace detail

/// The actor system that stores and runtimes live in: a cheap shared handle. A store makes one of
/// its own unless it is given one; `provider.hpp` tells how to hand in a `caf::actor_system`.
class DUROXIDE_API ActorSystem {
 public:
  /// An actor system whose actors share one thread at a time, and leave it to user code that holds it for
  /// too long. When its last handle is gone it ends, and waits 10 s for activities and orchestrations
  /// that have not returned; those that still have not keep their threads until the process ends, and
  /// standard error says so. Throws `std::system_error` if its threads cannot be started.
  [[nodiscard]] static ActorSystem create();

 private:
  friend struct detail::StoreAccess;
  explicit ActorSystem(std::shared_ptr<detail::ActorSystemImpl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<detail::ActorSystemImpl> impl_;
};

/// An open store: a cheap shared handle, safe to copy and use from any thread. Runtimes and clients
/// made from the same store meet in it. When its last copy is gone (a `Runtime` and a `Client`
/// each keep one) the store finishes what it was told and closes.
class DUROXIDE_API Store {
 public:
  /// Whether the store can be listed and inspected; see `Client::management`.
  [[nodiscard]] bool has_management() const;

  /// The clock that everything in this store goes by.
  [[nodiscard]] const std::shared_ptr<Clock>& clock() const;

  /// Where it lies; empty for a store that has no directory.
  [[nodiscard]] const std::filesystem::path& directory() const;

  /// Whether it was opened to be looked at only, while nobody owns it; see
  /// `LmdbProvider::open_read_only`.
  [[nodiscard]] bool is_read_only() const;

  /// Finishes what it was told and closes, whoever still has a copy of it, of a client or of a runtime;
  /// then its directory can be opened again. Every call that is pending or comes later answers
  /// `storage_error`, "the store was closed…", and `Runtime::start` likewise. Stop its runtimes first:
  /// one that still runs is cut off as by a crash; `is_running` is false then, and what it was at is
  /// handed out again when the store is opened again. Closing twice is harmless; the second call does
  /// not wait for the first. In a process that was forked of the one that opened it, it does nothing.
  void close() const;
  /// Whether `close` was called, in the process that opened it.
  [[nodiscard]] bool is_closed() const;

 private:
  friend struct detail::StoreAccess;
  explicit Store(std::shared_ptr<detail::StoreImpl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<detail::StoreImpl> impl_;
};

}  // namespace duroxide::DUROXIDE_ABI
