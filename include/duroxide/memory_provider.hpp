#pragma once

#include <memory>
#include <optional>

#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of `MemoryProvider::create`.
class DUROXIDE_API MemoryOptions {
 public:
  MemoryOptions();

  /// Default: the system's clock.
  MemoryOptions& clock(std::shared_ptr<Clock> value) {
    clock_ = std::move(value);
    return *this;
  }
  /// Default: an actor system of the store's own.
  MemoryOptions& actor_system(ActorSystem value) {
    actor_system_ = std::move(value);
    return *this;
  }
  /// Default: warnings and errors on standard error.
  MemoryOptions& log_sink(LogSink value) {
    log_sink_ = std::move(value);
    return *this;
  }
  /// Whether the engine counts and measures what it does, which `ManagementClient::metrics` shows: see
  /// *Metrics* in the guide. What can be read from the store itself is shown in any case. Default: yes.
  MemoryOptions& metrics(bool value) {
    metrics_ = value;
    return *this;
  }

  [[nodiscard]] const std::shared_ptr<Clock>& clock() const { return clock_; }
  [[nodiscard]] const std::optional<ActorSystem>& actor_system() const { return actor_system_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }
  [[nodiscard]] bool metrics() const { return metrics_; }

 private:
  std::shared_ptr<Clock> clock_;
  std::optional<ActorSystem> actor_system_;
  LogSink log_sink_;
  bool metrics_ = true;
};

/// A store in memory, for tests and for work that may end with the process. It behaves as the LMDB
/// one does but for what is durable.
class DUROXIDE_API MemoryProvider {
 public:
  /// Errors: `storage`, if the threads of the store cannot be started.
  [[nodiscard]] static Result<Store, ProviderError> open(const MemoryOptions& options = {});
  /// The same for a program that cannot go on without: throws `std::system_error` instead.
  [[nodiscard]] static Store create(const MemoryOptions& options = {});
};

}  // namespace duroxide::DUROXIDE_ABI
