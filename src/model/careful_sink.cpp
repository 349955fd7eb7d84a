#include "model/careful_sink.hpp"

#include <utility>

#include "model/lent_thread.hpp"

namespace duroxide::model {

namespace {
constexpr const char* log_sink_name = "a log sink";
}  // namespace

LogSink careful_sink(LogSink sink) {
  if (!sink) {
    return {};
  }
  return [sink = std::move(sink)](const LogRecord& record) noexcept {
    const LentThread lent(log_sink_name);
    try {
      sink(record);
    } catch (...) {  // NOLINT(bugprone-empty-catch): see above
    }
  };
}

bool is_in_log_sink() {
  return LentThread::lent_to() == log_sink_name;
}

}  // namespace duroxide::model
