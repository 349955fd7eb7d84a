#include <duroxide/tracing.hpp>

#include <array>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "model/trace_context.hpp"
#include "tracing/collector.hpp"
#include "tracing/collector_address.hpp"
#include "tracing/known_trace.hpp"
#include "tracing/span.hpp"
#include "tracing/span_ids.hpp"
#include "tracing/span_queue.hpp"
#include "tracing/span_sink.hpp"
#include "tracing/trace_file.hpp"

namespace duroxide::DUROXIDE_ABI {

using tracing::KnownTrace;
using tracing::Span;
using tracing::SpanId;
using tracing::SpanIds;
using tracing::SpanPlace;
using tracing::SpanSink;

class Tracing::Impl {
 public:
  Impl(std::unique_ptr<SpanSink> sink, const TracingOptions& options)
      : sample_ratio(options.sample_ratio()),
        queue(tracing::SpanQueue::make(std::move(sink), options)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { queue->end(); }

  /// Errors: what is wrong with the options, or could not be had.
  [[nodiscard]] static Made make(std::unique_ptr<SpanSink> sink, const TracingOptions& options);

  const double sample_ratio;
  const std::shared_ptr<tracing::SpanQueue> queue;
};

namespace {

// A failure may be told at a length that no reader of traces shows, and many spans wait at once.
constexpr std::size_t most_bytes_of_error = 1024;

/// Its beginning, up to the end of a character.
std::string_view shortened(std::string_view error) {
  if (error.size() <= most_bytes_of_error) {
    return error;
  }
  const auto goes_on = [&](std::size_t at) {
    return (static_cast<unsigned char>(error[at]) & 0xC0U) == 0x80U;
  };
  std::size_t end = most_bytes_of_error;
  while (end > 0 && goes_on(end)) {
    --end;
  }
  return error.substr(0, end);
}

std::string_view name_of(StepKind kind) {
  switch (kind) {
    case StepKind::timer:
      return "timer";
    case StepKind::event:
      return "event";
    case StepKind::queue_message:
      return "queue";
    case StepKind::child:
      return "child";
    case StepKind::value:
      return "value";
    case StepKind::end:
      return "await";
    case StepKind::activity:
    case StepKind::detached:
      break;
  }
  return "step";
}

std::string_view name_of(TurnOutcome outcome) {
  switch (outcome) {
    case TurnOutcome::completed:
      return "completed";
    case TurnOutcome::failed:
      return "failed";
    case TurnOutcome::cancelled:
      return "cancelled";
    case TurnOutcome::continued_as_new:
      return "continued as new";
    case TurnOutcome::waits:
      break;
  }
  return "waits";
}

Span span_at(const KnownTrace& trace, const SpanPlace& place) {
  Span span;
  trace.context.trace_id.copy(span.numbers.trace_id.data(), span.numbers.trace_id.size());
  span.numbers.span_id = trace.ids.at(place);
  span.numbers.execution_id = place.execution_id;
  span.numbers.event_id = place.event_id;
  span.numbers.attempt = place.attempt;
  span.instance = trace.instance;
  return span;
}

/// Of an execution: that of a child belongs to the call of its parent; any other to the span that its header
/// names, if that is not its own. Where the trace began with the start, that is the first execution of the
/// instance, to which its later ones belong, and those of a fork.
SpanId parent_of(const model::TraceContext& context, const InterceptedExecution& execution,
                 SpanId own_id) {
  if (execution.parent && execution.parent->execution_id != 0) {
    const ParentLink& parent = *execution.parent;
    return SpanIds(context.trace_id, parent.instance).at({parent.execution_id, parent.event_id});
  }
  const SpanId named = tracing::span_id_of_digits(context.span_id);
  return named == own_id ? 0 : named;
}

SpanPlace place_of(const InterceptedActivity& activity) {
  return {activity.execution_id, activity.event_id, activity.attempt, activity.incarnation};
}

std::string traceparent(std::string_view trace_id, SpanId id, bool sampled) {
  const auto digits = tracing::digits_of(id);
  return model::make_traceparent(trace_id, {digits.data(), digits.size()}, sampled);
}

Tracing::Made mistake(std::string what) {
  return failure(std::move(what));
}

/// Hands them to a function of the user's.
class SinkOfUser final : public SpanSink {
 public:
  explicit SinkOfUser(SpanExport spans) : export_(std::move(spans)) {}

  Done take(const std::string& otlp) override { return export_(otlp); }

 private:
  SpanExport export_;
};

/// What is wrong with the options, whatever takes the spans.
std::string problem_of(const TracingOptions& options) {
  if (options.max_queued() == 0) {
    return "TracingOptions::max_queued is 0, so no span would ever be exported";
  }
  if (!(options.sample_ratio() >= 0 && options.sample_ratio() <= 1)) {
    return "TracingOptions::sample_ratio is a part of all traces, from 0 to 1, and not " +
           std::to_string(options.sample_ratio());
  }
  return "";
}

}  // namespace

Tracing::Made Tracing::Impl::make(std::unique_ptr<SpanSink> sink, const TracingOptions& options) {
  if (auto problem = problem_of(options); !problem.empty()) {
    return mistake(std::move(problem));
  }
  try {
    return std::shared_ptr<Tracing>(new Tracing(std::make_unique<Impl>(std::move(sink), options)));
  } catch (const std::exception& error) {
    return mistake(
        std::string("the queue of spans, or the thread that exports them, cannot be made: ") +
        error.what());
  }
}

Tracing::Tracing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Tracing::~Tracing() = default;

Tracing::Made Tracing::to(SpanExport spans, TracingOptions options) {
  if (!spans) {
    return mistake("the function that is to export spans is empty");
  }
  return Impl::make(std::make_unique<SinkOfUser>(std::move(spans)), options);
}

Tracing::Made Tracing::to_file(std::filesystem::path path, TracingOptions options) {
  if (options.max_file_bytes() == 0 || options.max_files() == 0) {
    return mistake("TracingOptions::max_file_bytes and max_files are at least 1");
  }
  auto file = std::make_unique<tracing::TraceFile>(std::move(path), options.max_file_bytes(),
                                                   options.max_files());
  if (auto opened = file->open(); !opened) {
    return mistake(std::move(opened).error());
  }
  return Impl::make(std::move(file), options);
}

Tracing::Made Tracing::to_collector(const std::string& url, TracingOptions options) {
  for (const Milliseconds each : {options.retry_for(), options.stop_timeout()}) {
    if (each < Milliseconds(0) || each > max_delay) {
      return mistake(
          "TracingOptions::retry_for and stop_timeout are neither negative nor above 100 years");
    }
  }
  auto address = tracing::parse_collector(url);
  if (!address) {
    return mistake(std::move(address).error());
  }
  try {
    return Impl::make(std::make_unique<tracing::Collector>(std::move(*address), options.retry_for(),
                                                           options.stop_timeout()),
                      options);
  } catch (const std::exception& error) {
    return mistake(std::string("spans cannot be posted: ") + error.what());
  }
}

bool Tracing::flush(std::chrono::milliseconds timeout) {
  return impl_->queue->flush(timeout);
}

std::uint64_t Tracing::exported() const {
  return impl_->queue->exported();
}

std::uint64_t Tracing::dropped() const {
  return impl_->queue->dropped();
}

/// The header of a new trace names the span of the first execution, which by that knows that it is the root.
/// Whether it is sampled is decided here once: the header says so to all that belongs to the trace. Not if
/// the headers would then exceed their limits: a trace is no reason to fail.
Admission Tracing::before_start(InterceptedStart& start) {
  if (!model::trace_context_of(start.headers)) {
    const tracing::TraceId trace_id = tracing::new_trace_id();
    Headers with = start.headers;
    with.erase("tracestate");  // of a trace that nobody names, or not so that it can be read
    const std::string_view digits = tracing::text_of(trace_id);
    with.set(model::traceparent_header,
             traceparent(digits, SpanIds(digits, start.instance).at({.execution_id = 1}),
                         tracing::is_in_sample(trace_id, impl_->sample_ratio)));
    if (!with.problem()) {
      start.headers = std::move(with);
    }
  }
  return {};
}

/// What begins has no span yet, and a call of an activity is seen by its deliveries.
InterceptorHooks Tracing::hooks() const {
  InterceptorHooks hooks = InterceptorHooks::none();
  hooks.after_execution = true;
  hooks.after_step = true;
  hooks.around_activity = true;
  return hooks;
}

bool Tracing::wants(const Headers& headers) const {
  return model::may_be_sampled(headers);
}

void Tracing::after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                         TurnOutcome outcome) {
  if (outcome == TurnOutcome::waits) {
    return;
  }
  const KnownTrace* const trace = tracing::sampled_trace(execution.headers, execution.instance);
  if (trace == nullptr) {
    return;
  }
  Span span = span_at(*trace, {execution.execution_id});
  span.numbers.parent_id = parent_of(trace->context, execution, span.numbers.span_id);
  span.numbers.began_at = execution.began_at;
  span.numbers.ended_at = turn.at;
  span.numbers.has_failed = outcome == TurnOutcome::failed || outcome == TurnOutcome::cancelled;
  span.numbers.outcome = name_of(outcome);
  span.name = execution.orchestration;
  span.version = execution.version;
  span.error = span.numbers.has_failed ? name_of(outcome) : std::string_view();
  impl_->queue->add(span);
}

void Tracing::after_step(const InterceptedExecution& execution, const EndedStep& step) {
  const KnownTrace* const trace = tracing::sampled_trace(execution.headers, execution.instance);
  if (trace == nullptr) {
    return;
  }
  Span span = span_at(*trace, {execution.execution_id, step.event_id});
  span.numbers.parent_id = trace->ids.at({execution.execution_id});
  span.numbers.began_at = step.began_at;
  span.numbers.ended_at = step.ended_at;
  span.numbers.has_failed = step.outcome == EndedStep::Outcome::failed;
  span.numbers.outcome =
      step.outcome == EndedStep::Outcome::given_up ? "given up" : std::string_view();
  span.numbers.sort = name_of(step.kind);
  span.name = step.kind == StepKind::timer ? std::string_view() : std::string_view(step.name);
  span.error = shortened(step.error);
  impl_->queue->add(span);
}

/// What is not sampled passes on the header as it came.
void Tracing::before_headers(InterceptedActivity& activity) {
  if (const KnownTrace* const trace = tracing::sampled_trace(activity.headers, activity.instance)) {
    // As long as what it stands for, if that has no more than this release knows, so no limit is exceeded.
    const std::string own =
        traceparent(trace->context.trace_id, trace->ids.at(place_of(activity)), true);
    activity.headers.set(model::traceparent_header, own);
  }
}

void Tracing::after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                             const ErrorDetails* error) {
  const KnownTrace* const trace = tracing::sampled_trace(activity.headers, activity.instance);
  if (trace == nullptr) {
    return;
  }
  Span span = span_at(*trace, place_of(activity));
  span.numbers.parent_id = trace->ids.at({activity.execution_id});
  span.numbers.began_at = activity.began_at;
  span.numbers.ended_at = ended_at;
  span.numbers.has_failed = error != nullptr;
  span.numbers.sort = "activity";
  span.name = activity.activity;
  span.error = error == nullptr ? std::string_view() : shortened(error->message);
  impl_->queue->add(span);
}

}  // namespace duroxide::DUROXIDE_ABI
