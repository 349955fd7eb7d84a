#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };

[[nodiscard]] DUROXIDE_API std::string_view to_string(LogLevel level);

/// One line of log with what it is about; fields that do not apply are empty or 0. The texts are as
/// they were given: ids, names and the messages of exceptions may hold anything, line ends and what
/// steers a terminal included. Whoever writes them where people read, or where each line is a record,
/// escapes them first, or writes `to_line(record)`.
struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string message;
  std::string instance;
  std::uint64_t execution_id = 0;
  std::string orchestration;
  std::string version;
  std::string activity;
  std::uint64_t event_id = 0;  ///< of the activity's schedule
  std::string trace_id = {};   ///< of an instance with a header `traceparent`: its 32 digits
};

/// Receives every record of the engine and of `log_info` and its like. Called from several threads
/// at once, and must not block for long.
using LogSink = std::function<void(const LogRecord&)>;

/// The record as one line without an end, in the form of `stderr_log_sink`: the message, then
/// `name=value` for each field that applies, in quotes if the value has blanks. Control characters,
/// line ends, marks of direction and bytes that are no UTF-8 are written out, such as `\n`, `\x1b` and
/// `\u202e`, so that a text can neither begin a line of its own nor steer a terminal. Thread-safe.
[[nodiscard]] DUROXIDE_API std::string to_line(const LogRecord& record);

/// Writes records of at least `level`, each as `to_line` has it, to standard error through spdlog. The default sink is
/// `stderr_log_sink(LogLevel::warn)`.
[[nodiscard]] DUROXIDE_API LogSink stderr_log_sink(LogLevel level);

}  // namespace duroxide::DUROXIDE_ABI
