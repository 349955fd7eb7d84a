#include "tracing/span_queue.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <poll.h>

#include "model/background.hpp"
#include "model/engine_threads.hpp"
#include "model/exceptions.hpp"
#include "model/lent_thread.hpp"

namespace duroxide::tracing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A batch is one line, which whoever reads it has whole in memory.
constexpr std::size_t most_spans_in_batch = 512;
// So long spans wait for others, so that not each wakes the thread under load.
constexpr milliseconds wait_for_more{200};
// That spans are dropped is not told more often than this, however many are.
constexpr std::chrono::minutes between_tellings{1};

/// What is being caught, in words.
SpanSink::Done failure_in_flight() noexcept {
  try {
    return failure(
        model::details_of(std::current_exception(), ErrorKind::unhandled_exception, "").message);
  } catch (...) {
    return failure(std::string("no memory"));  // which is short enough to need none
  }
}

}  // namespace

SpanQueue::SpanQueue(std::unique_ptr<SpanSink> sink, const TracingOptions& options)
    : sink_(std::move(sink)),
      log_(options.log_sink()),
      ring_(options.max_queued()),
      most_in_batch_(std::min(most_spans_in_batch, options.max_queued())),
      writer_(options.service_name()) {}

std::shared_ptr<SpanQueue> SpanQueue::make(std::unique_ptr<SpanSink> sink,
                                           const TracingOptions& options) {
  auto queue = std::make_shared<SpanQueue>(std::move(sink), options);
  queue->thread_ = std::thread([queue] { queue->run(); });
  return queue;
}

void SpanQueue::end() {
  if (process_.is_foreign()) {
    return;
  }
  ends_ = true;
  sink_->end();
  wakeup_.raise();
  if (thread_.get_id() == std::this_thread::get_id() || model::is_engine_thread() ||
      model::LentThread::lent_to() != nullptr) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void SpanQueue::add(const Span& span) {
  const auto before = ring_.push(span);
  if (!before) {
    ++refused_;
    return;
  }
  // Either this sees that the thread sleeps, or the thread sees the span.
  const bool sleeps = idle_.load() && idle_.exchange(false);
  if (sleeps || *before + 1 - ring_.popped() == most_in_batch_) {
    wakeup_.raise();
  }
}

bool SpanQueue::flush(milliseconds timeout) {
  if (process_.is_foreign()) {
    return false;
  }
  const std::uint64_t target = ring_.pushed();
  std::unique_lock lock(mutex_);
  ++flushing_;
  wakeup_.raise();
  const bool done =
      exported_some_.wait_for(lock, timeout, [&] { return exported_ + lost_ >= target; });
  --flushing_;
  return done;
}

void SpanQueue::run() {
  give_way_to_others();
  while (wait_for_batch()) {
    export_batch();
    tell_of_refused();
  }
  tell_of_refused();
}

bool SpanQueue::wait_for_batch() {
  if (!wait_for_first()) {
    return false;
  }
  const SteadyTime until = steady_clock::now() + wait_for_more;
  while (!ends_ && flushing_ == 0 && ring_.pushed() - ring_.popped() < most_in_batch_) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (left <= milliseconds(0)) {
      break;
    }
    sleep(static_cast<int>(left.count()));
  }
  return true;
}

bool SpanQueue::wait_for_first() {
  while (ring_.is_empty()) {
    if (ends_) {
      return false;
    }
    idle_ = true;
    if (ring_.is_empty() && !ends_) {
      sleep(-1);
    }
    idle_ = false;
  }
  return true;
}

void SpanQueue::sleep(int milliseconds) const {
  pollfd entry{wakeup_.file(), POLLIN, 0};
  (void)::poll(&entry, 1, milliseconds);
  wakeup_.take();
}

void SpanQueue::export_batch() {
  const std::uint64_t popped_before = ring_.popped();
  SpanSink::Done done;
  try {
    done = take_and_export();
  } catch (...) {
    done = failure_in_flight();
  }
  writer_.clear();
  const std::uint64_t spans = ring_.popped() - popped_before;
  tell_outcome(done, spans);  // first: who waits for the spans finds it told
  {
    const std::lock_guard lock(mutex_);
    (done ? exported_ : lost_) += spans;
  }
  exported_some_.notify_all();
}

void SpanQueue::lose_all() {
  while (!ring_.is_empty()) {
    ring_.pop_front();
  }
}

SpanSink::Done SpanQueue::take_and_export() {
  if (sink_->is_over()) {
    lose_all();
    return failure(std::string("there is no time left at the end (TracingOptions::stop_timeout)"));
  }
  while (writer_.size() < most_in_batch_ && !ring_.is_empty()) {
    try {
      writer_.add(ring_.front());
    } catch (...) {
      ring_.pop_front();  // there is no memory for it
      throw;
    }
    ring_.pop_front();
  }
  return sink_->take(writer_.finish());
}

/// A failure that lasts is told once, and its end.
void SpanQueue::tell_outcome(const SpanSink::Done& done, std::uint64_t spans) {
  if (!done) {
    if (lost_in_a_row_ == 0) {
      tell(LogLevel::warn,
           [&] { return "spans cannot be exported and are lost: " + done.error(); });
    }
    lost_in_a_row_ += spans;
  } else if (lost_in_a_row_ > 0) {
    tell(LogLevel::info, [this] {
      return "spans are exported again; " + std::to_string(lost_in_a_row_) + " were lost";
    });
    lost_in_a_row_ = 0;
  }
}

void SpanQueue::tell_of_refused() {
  const std::uint64_t refused = refused_;
  const SteadyTime now = steady_clock::now();
  if (refused == refused_told_ || (now < tell_refused_again_ && !ends_)) {
    return;
  }
  tell(LogLevel::warn, [&] {
    return std::to_string(refused - refused_told_) +
           " spans were dropped, as so many waited to be exported as may "
           "(TracingOptions::max_queued), or there was no memory for them. On a machine that is "
           "busy "
           "throughout, a lower TracingOptions::sample_ratio helps";
  });
  refused_told_ = refused;
  tell_refused_again_ = now + between_tellings;
}

template <class Words>
void SpanQueue::tell(LogLevel level, const Words& words) const noexcept {
  if (!log_) {
    return;
  }
  try {
    LogRecord line;
    line.level = level;
    line.message = words();
    log_(line);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

}  // namespace duroxide::tracing
