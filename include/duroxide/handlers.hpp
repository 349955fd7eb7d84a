#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <duroxide/activity.hpp>
#include <duroxide/activity_task.hpp>
#include <duroxide/codec.hpp>
#include <duroxide/context.hpp>
#include <duroxide/detail/callable.hpp>
#include <duroxide/detail/on_executor.hpp>
#include <duroxide/executor.hpp>
#include <duroxide/payload.hpp>
#include <duroxide/result.hpp>
#include <duroxide/task.hpp>

namespace duroxide::DUROXIDE_ABI {

/// An orchestration as the engine runs it: text in, text out.
using OrchestrationHandler = std::function<Task<std::string>(OrchestrationContext, Payload)>;

/// An activity as the engine runs it. May throw. Of one that is a coroutine it only makes the coroutine,
/// hands that to `ActivityContext::go_on_as`, and what it returns is not looked at.
using ActivityHandler =
    std::function<Result<std::string, ErrorDetails>(ActivityContext&, const std::string&)>;

namespace detail {

template <class T>
struct TaskValue;
template <class T>
struct TaskValue<Task<T>> {
  using Type = T;
};

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

/// Refuses to compile what is no orchestration, with what is wrong. Gives whether it is one, so that
/// nothing more is said of one that is refused.
template <class F>
consteval bool check_orchestration() {
  if constexpr (!KnownCallable<F>) {
    static_assert(
        KnownCallable<F>,
        "an orchestration is a function, or an object with one operator(), and neither may "
        "be a template");
    return false;
  } else {
    using Traits = CallableOf<F>;
    constexpr bool returns_task = is_task<typename Traits::Output>;
    static_assert(
        returns_task,
        "an orchestration is a coroutine: it returns a duroxide::Task<T>, and uses co_await "
        "or co_return");
    constexpr bool has_arity = Traits::arity == 1 || Traits::arity == 2;
    static_assert(has_arity,
                  "an orchestration takes an OrchestrationContext and at most one input");
    if constexpr (returns_task && has_arity) {
      constexpr bool has_context = std::is_same_v<ArgumentOf<F, 0>, OrchestrationContext>;
      static_assert(has_context,
                    "the first parameter of an orchestration is an OrchestrationContext");
      static_assert(
          !Traits::takes_references,
          "an orchestration takes its parameters by value: it is a coroutine, and outlives "
          "whatever a reference would refer to");
      return has_context && !Traits::takes_references;
    } else {
      return false;
    }
  }
}

template <class T>
struct ActivityTaskValue {
  static constexpr bool is_activity_task = false;
  using Type = T;
};
template <class T>
struct ActivityTaskValue<ActivityTask<T>> {
  static constexpr bool is_activity_task = true;
  using Type = T;
};

/// Whether it is an activity that is a coroutine.
template <class F>
inline constexpr bool is_coroutine_activity =
    ActivityTaskValue<typename CallableOf<F>::Output>::is_activity_task;

template <class T>
struct ResultValue {
  static constexpr bool is_result = false;
  using Type = T;
};
template <class T, class E>
struct ResultValue<Expected<T, E>> {
  static constexpr bool is_result = true;
  using Type = T;
};
template <class T, class E>
struct ResultValue<tl::expected<T, E>> {
  static constexpr bool is_result = true;
  using Type = T;
};

template <class T>
T decode_input(const std::string& text) {
  auto value = decode_payload<T>(text);
  if (!value) {
    throw PayloadError("the input: " + value.error());
  }
  return std::move(*value);
}

template <class F>
Task<typename TaskValue<typename CallableOf<F>::Output>::Type> call_orchestration(
    const F& function, OrchestrationContext context, const std::string& input) {
  if constexpr (CallableOf<F>::arity == 1) {
    return function(context);
  } else {
    return function(context, decode_input<ArgumentOf<F, 1>>(input));
  }
}

/// What a function returns as the engine passes it on: without `Result`, text of any type as a string
/// (a literal, say), and `Nothing` as void.
template <class T>
struct PassedOn {
  using Value = typename ResultValue<T>::Type;
  using TextOrValue =
      std::conditional_t<std::is_convertible_v<Value, std::string_view>, std::string, Value>;
  using Type = std::conditional_t<std::is_same_v<Value, Nothing>, void, TextOrValue>;
};

template <class F, std::size_t index, class Wanted>
constexpr bool takes_as_input() {
  if constexpr (CallableOf<F>::arity > index) {
    return std::is_same_v<ArgumentOf<F, index>, Wanted>;
  } else {
    return true;
  }
}

template <class Handle, class F>
constexpr void check_orchestration_types() {
  if constexpr (check_orchestration<F>()) {
    static_assert(takes_as_input<F, 1, typename Handle::Input>(),
                  "the orchestration takes another input than its handle says");
    static_assert(CallableOf<F>::arity == (Handle::takes_input ? 2 : 1),
                  "the orchestration takes an input if, and only if, its handle says so");
    static_assert(std::is_same_v<typename TaskValue<typename CallableOf<F>::Output>::Type,
                                 typename Handle::Output>,
                  "the orchestration returns another type than its handle says");
  }
}

template <class Handle, class F>
constexpr void check_activity_types() {
  using Returned = typename ActivityTaskValue<typename CallableOf<F>::Output>::Type;
  static_assert(std::is_same_v<typename PassedOn<Returned>::Type, typename Handle::Output>,
                "the activity returns another type than its handle says");
  if constexpr (CallableOf<F>::arity > 0) {
    constexpr bool has_context = std::is_same_v<ArgumentOf<F, 0>, ActivityContext>;
    static_assert(takes_as_input < F, has_context ? 1 : 0, typename Handle::Input > (),
                  "the activity takes another input than its handle says");
    static_assert(CallableOf<F>::arity - (has_context ? 1 : 0) == (Handle::takes_input ? 1 : 0),
                  "the activity takes an input if, and only if, its handle says so");
  } else {
    static_assert(!Handle::takes_input, "the activity takes no input, but its handle says it does");
  }
}

/// Runs a typed orchestration as a text one.
template <class F>
Task<std::string> run_typed(std::shared_ptr<const F> function, OrchestrationContext context,
                            Payload input) {
  using Output = typename TaskValue<typename CallableOf<F>::Output>::Type;
  std::string output;
  Task<Output> task = call_orchestration(*function, context, input);
  if constexpr (std::is_void_v<Output>) {
    co_await std::move(task);
  } else {
    Output value = co_await std::move(task);
    output = encode_or_throw(std::move(value));
  }
  co_return output;
}

/// Accepts `Task<Out>(OrchestrationContext)` and `Task<Out>(OrchestrationContext, In)`.
template <class F>
OrchestrationHandler make_orchestration_handler(F function) {
  if constexpr (check_orchestration<F>()) {
    auto shared = std::make_shared<const std::decay_t<F>>(std::move(function));
    return [shared](OrchestrationContext context, Payload input) -> Task<std::string> {
      return run_typed(shared, context, std::move(input));
    };
  } else {
    return {};
  }
}

template <class F>
constexpr bool takes_context() {
  if constexpr (CallableOf<F>::arity > 0) {
    return std::is_same_v<ArgumentOf<F, 0>, ActivityContext>;
  } else {
    return false;
  }
}

template <class F>
decltype(auto) call_activity(const F& function, ActivityContext& context,
                             const std::string& input) {
  using Traits = CallableOf<F>;
  if constexpr (Traits::arity == 0) {
    return function();
  } else if constexpr (std::is_same_v<ArgumentOf<F, 0>, ActivityContext>) {
    if constexpr (Traits::arity == 1) {
      return function(context);
    } else {
      return function(context, decode_input<ArgumentOf<F, 1>>(input));
    }
  } else {
    return function(decode_input<ArgumentOf<F, 0>>(input));
  }
}

/// Whatever an activity returned as its error.
template <class E>
ErrorDetails activity_error(const E& error, const ActivityContext& context) {
  if constexpr (std::is_same_v<E, ErrorDetails>) {
    return error;
  } else if constexpr (std::is_base_of_v<ApplicationError, E>) {
    return error.details(ErrorKind::activity_failed, context.activity_name());
  } else if constexpr (TextPayload<E>) {
    return application_error(ErrorKind::activity_failed, std::string(std::string_view(error)),
                             context.activity_name());
  } else {
    return application_error(ErrorKind::activity_failed, encode_or_throw(error),
                             context.activity_name());
  }
}

using ActivityOutcome = Result<std::string, ErrorDetails>;

/// What an activity returned, as the engine passes it on.
template <class Output>
ActivityOutcome outcome_of(Output value, const ActivityContext& context) {
  if constexpr (!ResultValue<Output>::is_result) {
    return encode_or_throw(std::move(value));
  } else if (!value) {
    return failure(activity_error(value.error(), context));
  } else if constexpr (std::is_void_v<typename PassedOn<Output>::Type>) {
    return std::string();
  } else {
    return encode_or_throw(std::move(*value));
  }
}

/// An activity that is a coroutine, from its making to its end.
class CoroutineActivity {
 public:
  explicit CoroutineActivity(ActivityTask<ActivityOutcome> made) : task(std::move(made)) {}

  ActivityTask<ActivityOutcome> task;
};

/// `function` may be a lambda, to which its coroutine refers, and so has to live as long.
template <class F, class Output>
ActivityTask<ActivityOutcome> run_coroutine(std::shared_ptr<const F> /*function*/,
                                            ActivityTask<Output> task,
                                            const ActivityContext& context) {
  std::string nothing;
  if constexpr (std::is_void_v<Output>) {
    co_await std::move(task);
    co_return ActivityOutcome(std::move(nothing));
  } else {
    Output value = co_await std::move(task);
    co_return outcome_of(std::move(value), context);
  }
}

/// One that is no coroutine.
template <class F>
ActivityOutcome call_ordinary(const F& function, ActivityContext& context,
                              const std::string& input) {
  using Output = typename CallableOf<F>::Output;
  if constexpr (std::is_void_v<Output>) {
    call_activity(function, context, input);
    return std::string();
  } else {
    return outcome_of<Output>(call_activity(function, context, input), context);
  }
}

/// Accepts functions of `(ActivityContext&, In)`, `(ActivityContext&)`, `(In)` or `()`, that return
/// a value, nothing, or a `Result` with text, `ApplicationError` or `ErrorDetails` as its error; or an
/// `ActivityTask` of one of these.
template <class F>
ActivityHandler make_activity_handler(F function) {
  using Traits = CallableOf<F>;
  static_assert(Traits::arity <= 2, "an activity takes an ActivityContext& and at most one input");
  auto shared = std::make_shared<const std::decay_t<F>>(std::move(function));
  return [shared](ActivityContext& context, const std::string& input) -> ActivityOutcome {
    if constexpr (is_coroutine_activity<F>) {
      constexpr std::size_t contexts = takes_context<F>() ? 1 : 0;
      static_assert(
          Traits::references <= contexts,
          "an activity that is a coroutine takes its input by value: it outlives whatever "
          "a reference would refer to");
      context.go_on_as(std::make_shared<CoroutineActivity>(
          run_coroutine(shared, call_activity(*shared, context, input), context)));
      return std::string();
    } else {
      return call_ordinary(*shared, context, input);
    }
  };
}

/// Before what an executor has not run is posted to it again.
inline constexpr Milliseconds pause_before_next_post{1'000};

/// The coroutine that waits while `function` runs on the executor. One that was cancelled before that is not
/// run any more.
template <class F>
ActivityTask<ActivityOutcome> run_on_executor(std::shared_ptr<const F> function, Executor executor,
                                              ActivityContext& context, std::string input) {
  std::optional<ActivityOutcome> outcome;
  const std::function<void()> work = [&] {
    outcome.emplace(context.is_cancelled() ? ActivityOutcome(std::string())
                                           : call_ordinary(*function, context, input));
  };
  bool has_run = false;
  while (!has_run) {
    OnExecutor posted(executor, work);
    has_run = co_await posted;
    if (!has_run) {
      context.log_warn("the executor of activity " + context.activity_name() +
                       " has not run it, but has thrown or dropped it; it is posted again in a "
                       "second");
      co_await context.sleep(pause_before_next_post);
    }
  }
  co_return std::move(*outcome);
}

/// As `make_activity_handler`, for one that is to run on an executor, which is not in place.
template <class F>
ActivityHandler make_posted_activity_handler(F function, Executor executor) {
  static_assert(CallableOf<F>::arity <= 2,
                "an activity takes an ActivityContext& and at most one input");
  static_assert(!is_coroutine_activity<F>,
                "an activity that is a coroutine takes no executor: what it awaits may run "
                "wherever that likes");
  auto shared = std::make_shared<const std::decay_t<F>>(std::move(function));
  return [shared, executor](ActivityContext& context, const std::string& input) -> ActivityOutcome {
    context.go_on_as(
        std::make_shared<CoroutineActivity>(run_on_executor(shared, executor, context, input)));
    return std::string();
  };
}

}  // namespace detail

}  // namespace duroxide::DUROXIDE_ABI
