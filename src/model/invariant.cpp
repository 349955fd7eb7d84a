#include "model/invariant.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "model/careful_sink.hpp"
#include "model/invariant_sink.hpp"

namespace duroxide::model {

namespace {

struct InvariantSinks {
  std::mutex mutex;
  std::vector<const InvariantSink*> alive;
};

/// Never destroyed: a thread may meet a bug while the process ends.
InvariantSinks& invariant_sinks() {
  static auto* const sinks = new InvariantSinks;
  return *sinks;
}

/// Without streams and without memory of its own, either of which may be what is broken.
void write_to_stderr(const char* text, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(STDERR_FILENO, text, size);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return;
    }
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

void tell_invariant_sink(const char* text) {
  // Nobody waits here: what is told must not keep the process from ending.
  InvariantSinks& sinks = invariant_sinks();
  const std::unique_lock lock(sinks.mutex, std::try_to_lock);
  if (!lock || sinks.alive.empty() || is_in_log_sink()) {
    return;
  }
  LogRecord record;
  record.level = LogLevel::error;
  record.message = text;
  careful_sink(sinks.alive.back()->sink())(record);
}

}  // namespace

InvariantSink::InvariantSink(LogSink sink) : sink_(std::move(sink)) {
  if (sink_) {
    InvariantSinks& sinks = invariant_sinks();
    const std::lock_guard lock(sinks.mutex);
    sinks.alive.push_back(this);
  }
}

InvariantSink::~InvariantSink() {
  InvariantSinks& sinks = invariant_sinks();
  const std::lock_guard lock(sinks.mutex);
  std::erase(sinks.alive, this);
}

void invariant_is_broken(const char* file, int line, const char* condition,
                         const char* sentence) noexcept {
  static std::atomic<bool> told{false};
  char text[1024];
  const int length =
      std::snprintf(text, sizeof(text) - 1,
                    "duroxide has a bug, and ends the process before it spoils a store. What must "
                    "hold: %s. It does not at %s:%d, where `%s` is false",
                    sentence, file, line, condition);
  const auto size =
      static_cast<std::size_t>(std::clamp(length, 0, static_cast<int>(sizeof(text)) - 2));
  text[size] = '\n';
  write_to_stderr(text, size + 1);
  text[size] = '\0';
  if (!told.exchange(true)) {  // a sink that meets a bug itself is not asked again
    tell_invariant_sink(text);
  }
  std::abort();
}

}  // namespace duroxide::model
