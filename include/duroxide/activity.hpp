#pragma once

#include <cstdint>
#include <string>

#include <duroxide/log.hpp>

namespace duroxide {

/// What an activity knows about the call it serves. Valid during the call; safe to use from threads
/// that the activity starts and joins.
///
/// An activity runs at least once: after a crash, or a failure of the store, it runs again. Make its
/// effects idempotent, for instance with `instance_id()` and `event_id()` as the key.
class ActivityContext {
 public:
  struct Call {
    std::string instance;
    std::uint64_t execution_id = 0;
    std::uint64_t event_id = 0;
    std::string orchestration;
    std::string version;
    std::string activity;
    std::uint32_t attempt = 1;
  };

  ActivityContext(Call call, const LogSink& sink) : call_(std::move(call)), sink_(sink) {}

  [[nodiscard]] const std::string& instance_id() const { return call_.instance; }
  [[nodiscard]] std::uint64_t execution_id() const { return call_.execution_id; }
  /// The event that scheduled this call: with instance and execution it names the call for ever.
  [[nodiscard]] std::uint64_t event_id() const { return call_.event_id; }
  [[nodiscard]] const std::string& orchestration_name() const { return call_.orchestration; }
  [[nodiscard]] const std::string& orchestration_version() const { return call_.version; }
  [[nodiscard]] const std::string& activity_name() const { return call_.activity; }
  /// 1, or more if earlier deliveries of this call never finished.
  [[nodiscard]] std::uint32_t attempt() const { return call_.attempt; }

  void log(LogLevel level, std::string message) const;
  void log_debug(std::string message) const { log(LogLevel::debug, std::move(message)); }
  void log_info(std::string message) const { log(LogLevel::info, std::move(message)); }
  void log_warn(std::string message) const { log(LogLevel::warn, std::move(message)); }
  void log_error(std::string message) const { log(LogLevel::error, std::move(message)); }

 private:
  Call call_;
  const LogSink& sink_;
};

}  // namespace duroxide
