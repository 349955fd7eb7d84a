#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace duroxide {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };

[[nodiscard]] std::string_view to_string(LogLevel level);

/// One line of log with what it is about; fields that do not apply are empty or 0.
struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string message;
  std::string instance;
  std::uint64_t execution_id = 0;
  std::string orchestration;
  std::string version;
  std::string activity;
  std::uint64_t event_id = 0;  ///< of the activity's schedule
};

/// Receives every record of the engine and of `log_info` and its like. Called from several threads
/// at once, and must not block for long.
using LogSink = std::function<void(const LogRecord&)>;

/// Writes records of at least `level` to standard error through spdlog. The default sink is
/// `stderr_log_sink(LogLevel::warn)`.
[[nodiscard]] LogSink stderr_log_sink(LogLevel level);

}  // namespace duroxide
