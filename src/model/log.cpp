#include <duroxide/log.hpp>

#include <memory>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "model/printable.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

/// So that no value can pass for another field.
std::string quoted_value(std::string_view value) {
  std::string text = model::printable(value);
  if (text.find_first_of(" \"=") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char each : text) {
    quoted += each == '"' ? "\\\"" : std::string(1, each);
  }
  return quoted + "\"";
}

void append_field(std::string& line, std::string_view name, std::string_view value) {
  if (!value.empty()) {
    line.append(" ").append(name).append("=").append(quoted_value(value));
  }
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return "trace";
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "unknown";
}

std::string to_line(const LogRecord& record) {
  std::string line = model::printable(record.message);
  append_field(line, "instance", record.instance);
  if (record.execution_id != 0) {
    append_field(line, "execution", std::to_string(record.execution_id));
  }
  append_field(line, "orchestration", record.orchestration);
  append_field(line, "version", record.version);
  append_field(line, "activity", record.activity);
  if (record.event_id != 0) {
    append_field(line, "event", std::to_string(record.event_id));
  }
  append_field(line, "trace", record.trace_id);
  return line;
}

LogSink stderr_log_sink(LogLevel level) {
  // Not spdlog's registry: a program that uses spdlog itself keeps its own loggers.
  auto logger = std::make_shared<spdlog::logger>(
      "duroxide", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_level(to_spdlog(level));
  return [logger](const LogRecord& record) {
    const auto spdlog_level = to_spdlog(record.level);
    if (logger->should_log(spdlog_level)) {
      logger->log(spdlog_level, "{}", to_line(record));
    }
  };
}

}  // namespace duroxide::DUROXIDE_ABI
