#include "tracing/span_queue.hpp"

#include <exception>
#include <utility>

namespace duroxide::tracing {

SpanQueue::SpanQueue(SpanExport spans, TracingOptions options)
    : export_(std::move(spans)), options_(std::move(options)), thread_([this] { run(); }) {}

SpanQueue::~SpanQueue() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SpanQueue::add(Span span) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= options_.max_queued()) {
      ++refused_;
      return;
    }
    was_empty = waiting_.empty();
    ++added_;
    waiting_.push_back(std::move(span));
  }
  if (was_empty) {
    changed_.notify_all();
  }
}

bool SpanQueue::flush(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = added_;
  return changed_.wait_for(lock, timeout, [&] { return exported_ + lost_ >= target; });
}

std::uint64_t SpanQueue::exported() const {
  const std::lock_guard lock(mutex_);
  return exported_;
}

std::uint64_t SpanQueue::dropped() const {
  const std::lock_guard lock(mutex_);
  return lost_ + refused_;
}

void SpanQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    const std::vector<Span> batch = std::exchange(waiting_, {});
    lock.unlock();
    const bool taken = export_batch(batch);
    lock.lock();
    (taken ? exported_ : lost_) += batch.size();
    changed_.notify_all();
  }
}

bool SpanQueue::export_batch(const std::vector<Span>& batch) {
  try {
    const auto done = export_(to_otlp(batch, options_.service_name()));
    if (done) {
      failed_before_ = false;
      return true;
    }
    tell_failure(done.error());
  } catch (const std::exception& error) {
    tell_failure(error.what());
  } catch (...) {
    tell_failure("an exception of an unknown type");
  }
  return false;
}

void SpanQueue::tell_failure(const std::string& why) {
  if (std::exchange(failed_before_, true) || !options_.log_sink()) {
    return;
  }
  try {
    LogRecord line;
    line.level = LogLevel::warn;
    line.message = "spans cannot be exported and are lost: " + why;
    options_.log_sink()(line);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

}  // namespace duroxide::tracing
