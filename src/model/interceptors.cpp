#include "model/interceptors.hpp"

#include <array>
#include <exception>

#include "model/exceptions.hpp"

namespace duroxide::DUROXIDE_ABI {

Interceptor::~Interceptor() = default;

InterceptorHooks Interceptor::hooks() const {
  return {};
}
bool Interceptor::wants(const Headers& /*headers*/) const {
  return true;
}
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
void Interceptor::before_headers(InterceptedActivity& /*activity*/) {}
void Interceptor::after_activity(const InterceptedActivity& /*activity*/, Timestamp /*ended_at*/,
                                 const ErrorDetails* /*error*/) {}

}  // namespace duroxide::DUROXIDE_ABI

namespace duroxide::model {

namespace {

constexpr std::array all_hooks{&InterceptorHooks::after_start, &InterceptorHooks::before_turn,
                               &InterceptorHooks::after_turn,  &InterceptorHooks::after_execution,
                               &InterceptorHooks::before_step, &InterceptorHooks::after_step,
                               &InterceptorHooks::after_call,  &InterceptorHooks::around_activity};

std::string words_of_current() {
  return details_of(std::current_exception(), ErrorKind::unhandled_exception, "interceptor")
      .message;
}

}  // namespace

Interceptors::Interceptors(const InterceptorList& list, LogSink log)
    : log_(std::move(log)), hooks_(InterceptorHooks::none()) {
  for (const auto& each : list) {
    const InterceptorHooks hooks = hooks_of(*each);
    for (const Hook hook : all_hooks) {
      hooks_.*hook = hooks_.*hook || hooks.*hook;
    }
    list_.push_back({each, hooks});
  }
}

/// All, if it throws: it shall not miss what it relies on.
InterceptorHooks Interceptors::hooks_of(const Interceptor& interceptor) const {
  try {
    InterceptorHooks hooks = interceptor.hooks();
    hooks.after_execution = hooks.after_execution || hooks.after_turn;
    return hooks;
  } catch (...) {
    log(LogLevel::error, "an interceptor has thrown in hooks: " + words_of_current());
    return {};
  }
}

InterceptorList Interceptors::list() const {
  InterceptorList list;
  for (const Listed& each : list_) {
    list.push_back(each.interceptor);
  }
  return list;
}

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

bool Interceptors::wants(const Headers& headers) const {
  for (const Listed& each : list_) {
    try {
      if (each.interceptor->wants(headers)) {
        return true;
      }
    } catch (...) {
      log(LogLevel::error, "an interceptor has thrown in wants: " + words_of_current());
      return true;
    }
  }
  return false;
}

/// The first that refuses is the last that is asked.
template <class Call>
Admission Interceptors::ask(const char* name, Hook hook, const Call& call) const {
  for (const Listed& each : list_) {
    if (hook != nullptr && !(each.hooks.*hook)) {
      continue;
    }
    try {
      if (Admission admitted = call(*each.interceptor); !admitted) {
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

template <class Call>
void Interceptors::tell(const char* name, Hook hook, const Listed& listed, const Call& call) const {
  if (!(listed.hooks.*hook)) {
    return;
  }
  try {
    call(*listed.interceptor);
  } catch (...) {
    log(LogLevel::error,
        "an interceptor has thrown in " + std::string(name) + ": " + words_of_current());
  }
}

/// The last first, as they stand around what they are called behind.
template <class Call>
void Interceptors::tell_backwards(const char* name, Hook hook, const Call& call) const {
  for (auto each = list_.rbegin(); each != list_.rend(); ++each) {
    tell(name, hook, *each, call);
  }
}

Admission Interceptors::before_start(InterceptedStart& start) {
  return ask("before_start", nullptr, [&](Interceptor& each) { return each.before_start(start); });
}

void Interceptors::after_start(std::string_view instance, const ClientError* error) {
  tell_backwards("after_start", &InterceptorHooks::after_start,
                 [&](Interceptor& each) { each.after_start(instance, error); });
}

void Interceptors::before_turn(const InterceptedTurn& turn) {
  for (const Listed& each : list_) {
    tell("before_turn", &InterceptorHooks::before_turn, each,
         [&](Interceptor& hooks) { hooks.before_turn(turn); });
  }
}

void Interceptors::after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                              TurnOutcome outcome) {
  const Hook hook = outcome == TurnOutcome::waits ? &InterceptorHooks::after_turn
                                                  : &InterceptorHooks::after_execution;
  tell_backwards("after_turn", hook,
                 [&](Interceptor& each) { each.after_turn(execution, turn, outcome); });
}

Admission Interceptors::before_step(const InterceptedExecution& execution, InterceptedStep& step) {
  Admission admitted = ask("before_step", &InterceptorHooks::before_step,
                           [&](Interceptor& each) { return each.before_step(execution, step); });
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
  const Hook hook = step.kind == StepKind::activity ? &InterceptorHooks::after_call
                                                    : &InterceptorHooks::after_step;
  tell_backwards("after_step", hook, [&](Interceptor& each) { each.after_step(execution, step); });
}

Admission Interceptors::before_activity(InterceptedActivity& activity) {
  const Headers before = activity.headers;
  Admission admitted = ask("before_activity", &InterceptorHooks::around_activity,
                           [&](Interceptor& each) { return each.before_activity(activity); });
  if (admitted && activity.headers != before) {
    if (auto problem = activity.headers.problem()) {
      admitted = refuse("an interceptor has changed the headers, and " + *problem);
    }
  }
  return admitted;
}

void Interceptors::before_headers(InterceptedActivity& activity) {
  const Headers before = activity.headers;
  for (const Listed& each : list_) {
    tell("before_headers", &InterceptorHooks::around_activity, each,
         [&](Interceptor& hooks) { hooks.before_headers(activity); });
  }
  if (activity.headers == before) {
    return;
  }
  if (auto problem = activity.headers.problem()) {
    activity.headers = before;
    log(LogLevel::warn, "an interceptor has changed the headers of activity `" +
                            std::string(activity.activity) + "` of instance " +
                            std::string(activity.instance) +
                            ", which stay as they were: " + *problem);
  }
}

void Interceptors::after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                                  const ErrorDetails* error) {
  tell_backwards("after_activity", &InterceptorHooks::around_activity,
                 [&](Interceptor& each) { each.after_activity(activity, ended_at, error); });
}

std::shared_ptr<Interceptors> make_interceptors(const InterceptorList& list, LogSink log) {
  return list.empty() ? nullptr : std::make_shared<Interceptors>(list, std::move(log));
}

}  // namespace duroxide::model
