#include "tracing/span_queue.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace duroxide::tracing {

namespace {

// A batch is one line, which whoever reads it has whole in memory.
constexpr std::size_t most_spans_in_batch = 512;
// So long spans wait for others, so that not each wakes the thread under load.
constexpr std::chrono::milliseconds wait_for_more{200};

}  // namespace

SpanQueue::SpanQueue(SpanExport spans, TracingOptions options)
    : export_(std::move(spans)),
      options_(std::move(options)),
      most_in_batch_(std::min(most_spans_in_batch, options_.max_queued())),
      thread_([this] { run(); }) {}

SpanQueue::~SpanQueue() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SpanQueue::add(Span span) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= options_.max_queued()) {
      ++refused_;
      return;
    }
    ++added_;
    waiting_.push_back(std::move(span));
    wakes = waiting_.size() == 1 || waiting_.size() == most_in_batch_;
  }
  if (wakes) {
    changed_.notify_all();
  }
}

bool SpanQueue::flush(std::chrono::milliseconds timeout) {
  if (is_foreign()) {
    return false;
  }
  std::unique_lock lock(mutex_);
  const std::uint64_t target = added_;
  ++flushing_;
  changed_.notify_all();
  const bool done = changed_.wait_for(lock, timeout, [&] { return exported_ + lost_ >= target; });
  --flushing_;
  return done;
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
    changed_.wait_for(lock, wait_for_more, [this] {
      return ends_ || flushing_ > 0 || waiting_.size() >= most_in_batch_;
    });
    if (waiting_.empty()) {
      return;
    }
    const std::vector<Span> batch = take_batch();
    lock.unlock();
    const bool taken = export_batch(batch);
    lock.lock();
    (taken ? exported_ : lost_) += batch.size();
    changed_.notify_all();
  }
}

std::vector<Span> SpanQueue::take_batch() {
  const auto end =
      waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), most_in_batch_));
  std::vector<Span> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
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
