#include <duroxide/tracing.hpp>

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "model/trace_context.hpp"
#include "tracing/span.hpp"
#include "tracing/span_queue.hpp"
#include "tracing/trace_file.hpp"

namespace duroxide {

using tracing::Span;
using tracing::SpanPlace;

class Tracing::Impl {
 public:
  Impl(SpanExport spans, TracingOptions options)
      : queue(std::make_unique<tracing::SpanQueue>(std::move(spans), std::move(options))) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  /// Its thread is not in a process that was forked, so the queue cannot end there, and stays.
  ~Impl() {
    if (queue->is_foreign()) {
      (void)queue.release();
    }
  }

  std::unique_ptr<tracing::SpanQueue> queue;
};

namespace {

// A failure may be told at a length that no reader of traces shows, and many spans wait at once.
constexpr std::size_t most_bytes_of_error = 1024;

/// Its beginning, up to the end of a character.
std::string shortened(std::string_view error) {
  if (error.size() > most_bytes_of_error) {
    const auto goes_on = [&](std::size_t at) {
      return (static_cast<unsigned char>(error[at]) & 0xC0U) == 0x80U;
    };
    std::size_t end = most_bytes_of_error;
    while (end > 0 && goes_on(end)) {
      --end;
    }
    error = error.substr(0, end);
  }
  return std::string(error);
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

Span span_at(std::string_view trace_id, const SpanPlace& place) {
  Span span;
  span.trace_id = trace_id;
  span.span_id = tracing::span_id_of(trace_id, place);
  span.attributes.emplace_back("duroxide.instance", place.instance);
  span.attributes.emplace_back("duroxide.execution", std::to_string(place.execution_id));
  return span;
}

/// Of an execution: that of a child belongs to the call of its parent; any other to the span that its header
/// names, if that is not its own. Where the trace began with the start, that is the first execution of the
/// instance, to which its later ones belong, and those of a fork.
std::string parent_of(const model::TraceContext& context, const InterceptedExecution& execution,
                      const std::string& own_id) {
  if (execution.parent && execution.parent->execution_id != 0) {
    const ParentLink& parent = *execution.parent;
    return tracing::span_id_of(context.trace_id,
                               {parent.instance, parent.execution_id, parent.event_id});
  }
  return context.span_id == own_id ? std::string() : std::string(context.span_id);
}

SpanPlace place_of(const InterceptedActivity& activity) {
  return {activity.instance, activity.execution_id, activity.event_id, activity.attempt,
          activity.incarnation};
}

/// None if the instance is not traced.
std::optional<model::TraceContext> sampled_context(const Headers& headers) {
  auto context = model::trace_context_of(headers);
  return context && context->sampled ? context : std::nullopt;
}

/// Not if the headers would then exceed their limits: a trace is no reason to fail.
void set_traceparent(Headers& headers, std::string value) {
  Headers with = headers;
  with.set(model::traceparent_header, std::move(value));
  if (!with.problem()) {
    headers = std::move(with);
  }
}

Tracing::Made mistake(std::string what) {
  return failure(std::move(what));
}

}  // namespace

Tracing::Tracing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Tracing::~Tracing() = default;

Tracing::Made Tracing::to(SpanExport spans, TracingOptions options) {
  if (!spans) {
    return mistake("the function that is to export spans is empty");
  }
  if (options.max_queued() == 0) {
    return mistake("TracingOptions::max_queued is 0, so no span would ever be exported");
  }
  try {
    return std::shared_ptr<Tracing>(
        new Tracing(std::make_unique<Impl>(std::move(spans), std::move(options))));
  } catch (const std::exception& error) {
    return mistake(std::string("the thread that exports spans cannot be started: ") + error.what());
  }
}

Tracing::Made Tracing::to_file(std::filesystem::path path, TracingOptions options) {
  if (options.max_file_bytes() == 0 || options.max_files() == 0) {
    return mistake("TracingOptions::max_file_bytes and max_files are at least 1");
  }
  const auto file = std::make_shared<tracing::TraceFile>(std::move(path), options.max_file_bytes(),
                                                         options.max_files());
  if (auto opened = file->open(); !opened) {
    return mistake(std::move(opened).error());
  }
  return to([file](const std::string& line) { return file->append(line); }, std::move(options));
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
Admission Tracing::before_start(InterceptedStart& start) {
  if (!model::trace_context_of(start.headers)) {
    const std::string trace_id = tracing::new_trace_id();
    set_traceparent(start.headers,
                    model::make_traceparent(
                        trace_id, tracing::span_id_of(trace_id, {start.instance, 1}), true));
  }
  return {};
}

void Tracing::after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                         TurnOutcome outcome) {
  const auto context = sampled_context(execution.headers);
  if (!context || outcome == TurnOutcome::waits) {
    return;
  }
  Span span = span_at(context->trace_id, {execution.instance, execution.execution_id});
  span.parent_id = parent_of(*context, execution, span.span_id);
  span.name = execution.orchestration;
  span.began_at = execution.began_at;
  span.ended_at = turn.at;
  span.has_failed = outcome == TurnOutcome::failed || outcome == TurnOutcome::cancelled;
  span.error = span.has_failed ? std::string(name_of(outcome)) : std::string();
  span.attributes.emplace_back("duroxide.version", execution.version);
  span.attributes.emplace_back("duroxide.outcome", name_of(outcome));
  impl_->queue->add(std::move(span));
}

/// A call of an activity is seen by its deliveries.
void Tracing::after_step(const InterceptedExecution& execution, const EndedStep& step) {
  const auto context = sampled_context(execution.headers);
  if (!context || step.kind == StepKind::activity) {
    return;
  }
  const SpanPlace place{execution.instance, execution.execution_id, step.event_id};
  Span span = span_at(context->trace_id, place);
  span.parent_id =
      tracing::span_id_of(context->trace_id, {execution.instance, execution.execution_id});
  span.name = name_of(step.kind);
  if (step.kind != StepKind::timer) {
    span.name += " " + step.name;
  }
  span.began_at = step.began_at;
  span.ended_at = step.ended_at;
  span.has_failed = step.outcome == EndedStep::Outcome::failed;
  span.error = shortened(step.error);
  span.attributes.emplace_back("duroxide.event", std::to_string(step.event_id));
  if (step.outcome == EndedStep::Outcome::given_up) {
    span.attributes.emplace_back("duroxide.outcome", "given up");
  }
  impl_->queue->add(std::move(span));
}

Admission Tracing::before_activity(InterceptedActivity& activity) {
  if (const auto context = sampled_context(activity.headers)) {
    const std::string trace_id(context->trace_id);  // what it refers to is replaced
    set_traceparent(
        activity.headers,
        model::make_traceparent(trace_id, tracing::span_id_of(trace_id, place_of(activity)), true));
  }
  return {};
}

void Tracing::after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                             const ErrorDetails* error) {
  const auto context = sampled_context(activity.headers);
  if (!context) {
    return;
  }
  Span span = span_at(context->trace_id, place_of(activity));
  span.parent_id =
      tracing::span_id_of(context->trace_id, {activity.instance, activity.execution_id});
  span.name = "activity " + std::string(activity.activity);
  span.began_at = activity.began_at;
  span.ended_at = ended_at;
  span.has_failed = error != nullptr;
  span.error = error == nullptr ? std::string() : shortened(error->message);
  span.attributes.emplace_back("duroxide.event", std::to_string(activity.event_id));
  span.attributes.emplace_back("duroxide.attempt", std::to_string(activity.attempt));
  impl_->queue->add(std::move(span));
}

}  // namespace duroxide
