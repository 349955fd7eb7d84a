#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of `RemoteStore::connect`. Setters chain.
class DUROXIDE_API RemoteStoreOptions {
 public:
  RemoteStoreOptions();

  /// How long a call waits for an engine while none answers: at the beginning, and after one has gone
  /// away. Then it is refused with `storage_error`. Default 30 s.
  RemoteStoreOptions& connect_timeout(Duration value) {
    connect_timeout_ = value;
    return *this;
  }
  /// Default: an actor system of the store's own. One without threads, as tests have, will not do.
  RemoteStoreOptions& actor_system(ActorSystem value) {
    actor_system_ = std::move(value);
    return *this;
  }
  /// Default: warnings and errors on standard error.
  RemoteStoreOptions& log_sink(LogSink value) {
    log_sink_ = std::move(value);
    return *this;
  }

  [[nodiscard]] Milliseconds connect_timeout() const { return connect_timeout_; }
  [[nodiscard]] const std::optional<ActorSystem>& actor_system() const { return actor_system_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }

 private:
  Milliseconds connect_timeout_{30'000};
  std::optional<ActorSystem> actor_system_;
  LogSink log_sink_;
};

/// A store that another process of the same user has open, and runs: `Client` and `ManagementClient`
/// of it have the same calls, results, waits and subscriptions as in that process, over the socket
/// that its runtime offers (`RuntimeOptions::control_socket`). For a service that only controls;
/// a `Runtime` does not start on it.
///
/// Either process may end and come back. Until the engine is there again, calls wait, for
/// `connect_timeout` at most:
///
/// - reads, waits and subscriptions that were open are asked for again. A subscription whose engine
///   went away meanwhile tells of it by a batch with `missed` of 1 or more, perhaps without changes:
///   look at what you follow;
/// - a change that the engine was told of and did not answer is answered with a `storage_error`, as
///   nobody knows whether it was done. A start with `ReusePolicy::use_existing_same_input` can simply be
///   asked for again;
/// - a change that the engine was not told of is sent when it is back.
///
/// A call may carry 128 MiB less 1 KiB, all its arguments together as they are encoded: no more goes
/// through the socket at once, and what is longer is refused with `invalid_input`.
class DUROXIDE_API RemoteStore {
 public:
  /// Whether an engine is there or not: calls wait for one. It is waited for here only if it takes the
  /// connection and does not answer, for `connect_timeout` at most. Errors: `not_a_directory`, if there is
  /// no such directory; `permission_denied`, if its socket is another user's, or something else lies in the
  /// place of it; `invalid_input` for a wrong option; `storage`, if threads cannot be started.
  [[nodiscard]] static Result<Store, ProviderError> connect(
      const std::filesystem::path& directory,
      const RemoteStoreOptions& options = RemoteStoreOptions());
};

}  // namespace duroxide::DUROXIDE_ABI
