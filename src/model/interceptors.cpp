#include "model/interceptors.hpp"

#include <exception>

#include "model/exceptions.hpp"

namespace duroxide {

Interceptor::~Interceptor() = default;

Admission Interceptor::before_start(InterceptedStart& /*start*/) {
  return {};
}
void Interceptor::after_start(std::string_view /*instance*/, const ClientError* /*error*/) {}
void Interceptor::before_turn(const InterceptedTurn& /*turn*/) {}
void Interceptor::after_turn(const InterceptedExecution& /*execution*/,
                             const InterceptedTurn& /*turn*/, TurnOutcome /*outcome*/) {}
Admission Interceptor::before_step(const InterceptedExecution& /*execution*/,
                                   InterceptedStep& /*step*/) {
  return {};
}
void Interceptor::after_step(const InterceptedExecution& /*execution*/, const EndedStep& /*step*/) {
}
Admission Interceptor::before_activity(InterceptedActivity& /*activity*/) {
  return {};
}
void Interceptor::after_activity(const InterceptedActivity& /*activity*/, Timestamp /*ended_at*/,
                                 const ErrorDetails* /*error*/) {}

namespace model {

namespace {

std::string words_of_current() {
  return details_of(std::current_exception(), ErrorKind::unhandled_exception, "interceptor")
      .message;
}

}  // namespace

void Interceptors::log(LogLevel level, std::string message) const noexcept {
  try {
    if (log_) {
      LogRecord line;
      line.level = level;
      line.message = std::move(message);
      log_(line);
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

/// The first that refuses is the last that is asked.
template <class Hook>
Admission Interceptors::ask(const char* name, const Hook& hook) const {
  for (const auto& each : list_) {
    try {
      if (Admission admitted = hook(*each); !admitted) {
        return admitted;
      }
    } catch (...) {
      const std::string message =
          "an interceptor has thrown in " + std::string(name) + ": " + words_of_current();
      log(LogLevel::error, message);
      return refuse(message);
    }
  }
  return {};
}

template <class Hook>
void Interceptors::tell(const char* name, Interceptor& interceptor, const Hook& hook) const {
  try {
    hook(interceptor);
  } catch (...) {
    log(LogLevel::error,
        "an interceptor has thrown in " + std::string(name) + ": " + words_of_current());
  }
}

/// The last first, as they stand around what they are called behind.
template <class Hook>
void Interceptors::tell_backwards(const char* name, const Hook& hook) const {
  for (auto each = list_.rbegin(); each != list_.rend(); ++each) {
    tell(name, **each, hook);
  }
}

Admission Interceptors::before_start(InterceptedStart& start) {
  return ask("before_start", [&](Interceptor& each) { return each.before_start(start); });
}

void Interceptors::after_start(std::string_view instance, const ClientError* error) {
  tell_backwards("after_start", [&](Interceptor& each) { each.after_start(instance, error); });
}

void Interceptors::before_turn(const InterceptedTurn& turn) {
  for (const auto& each : list_) {
    tell("before_turn", *each, [&](Interceptor& hooks) { hooks.before_turn(turn); });
  }
}

void Interceptors::after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                              TurnOutcome outcome) {
  tell_backwards("after_turn",
                 [&](Interceptor& each) { each.after_turn(execution, turn, outcome); });
}

Admission Interceptors::before_step(const InterceptedExecution& execution, InterceptedStep& step) {
  Admission admitted =
      ask("before_step", [&](Interceptor& each) { return each.before_step(execution, step); });
  if (admitted && step.headers != execution.headers) {
    if (auto problem = step.headers.problem()) {
      admitted = refuse("an interceptor has changed the headers, and " + *problem);
    }
  }
  const bool heeded = step.kind == StepKind::activity || step.kind == StepKind::child;
  if (!admitted && !heeded) {
    log(LogLevel::warn,
        "an interceptor has refused `" + std::string(step.name) + "` of instance " +
            std::string(execution.instance) +
            ", which is neither an activity nor a child and goes on: " + admitted.error().message);
  }
  return admitted;
}

void Interceptors::after_step(const InterceptedExecution& execution, const EndedStep& step) {
  tell_backwards("after_step", [&](Interceptor& each) { each.after_step(execution, step); });
}

Admission Interceptors::before_activity(InterceptedActivity& activity) {
  return ask("before_activity", [&](Interceptor& each) { return each.before_activity(activity); });
}

void Interceptors::after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                                  const ErrorDetails* error) {
  tell_backwards("after_activity",
                 [&](Interceptor& each) { each.after_activity(activity, ended_at, error); });
}

std::shared_ptr<Interceptors> make_interceptors(const InterceptorList& list, LogSink log) {
  return list.empty() ? nullptr : std::make_shared<Interceptors>(list, std::move(log));
}

}  // namespace model

}  // namespace duroxide
