#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/context.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/detail/handle_input.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Compensations for the steps that have succeeded so far, in an orchestration that must undo them if
/// a later step fails or the instance is cancelled. `run_saga` does the rest.
class DUROXIDE_API Saga {
 public:
  using Compensation = std::function<Task<>(OrchestrationContext)>;

  explicit Saga(OrchestrationContext context);
  Saga(const Saga&) = delete;
  Saga& operator=(const Saga&) = delete;
  ~Saga();

  /// What `compensate_with` uses unless it is told otherwise: 5 attempts with exponential backoff.
  [[nodiscard]] static ActivityOptions default_options();

  /// An activity that undoes the step which has just succeeded. Throws `PayloadError` if the input
  /// cannot be encoded.
  template <class In = std::string>
  void compensate_with(std::string_view activity, const In& input = In(),
                       const ActivityOptions& options = default_options()) {
    add_activity(std::string(activity), detail::encode_or_throw(input), options);
  }
  template <detail::HazardousInput In>
  void compensate_with(std::string_view, In&&, const ActivityOptions& = ActivityOptions()) {
    detail::check_input<In>();
  }
  template <TypedActivity Handle>
  void compensate_with(const Handle& activity,
                       detail::HandleParameter<typename Handle::Input> input,
                       const ActivityOptions& options = default_options()) {
    add_activity(std::string(activity.name()), detail::encode_handle_input(input), options);
  }
  /// Any durable code instead of an activity; `what` names it in error messages.
  void compensate_with_task(std::string what, const Compensation& compensation);
  template <detail::HazardousCallable F>
  void compensate_with_task(const std::string&, F&&) {
    detail::check_callable<F>();
  }

  /// Forgets the compensations: what was done until now shall stand.
  void dismiss();

  /// Runs the compensations, the latest first, one after another and shielded from cancellation, and
  /// forgets them. One that fails does not keep the others from running. Returns what has failed, one
  /// line each.
  [[nodiscard]] Task<std::vector<std::string>> compensate();

 private:
  struct Step;

  void add_activity(std::string name, std::string input, const ActivityOptions& options);

  OrchestrationContext context_;
  std::vector<Step> steps_;
};

namespace detail {
/// Throws `error` again, with what could not be undone in its message.
[[noreturn]] DUROXIDE_API void rethrow_after_compensation(
    const std::exception_ptr& error, const std::vector<std::string>& not_undone);

template <class F>
std::invoke_result_t<F&, Saga&> run_saga_body(OrchestrationContext context, F body) {
  using Value = typename std::invoke_result_t<F&, Saga&>::value_type;
  Saga saga(context);
  std::exception_ptr error;
  std::optional<ValueOrNothing<Value>> value;
  auto task = body(saga);
  try {
    if constexpr (std::is_void_v<Value>) {
      co_await std::move(task);
      value.emplace();
    } else {
      value.emplace(co_await std::move(task));
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    auto undoing = saga.compensate();
    const std::vector<std::string> not_undone = co_await std::move(undoing);
    rethrow_after_compensation(error, not_undone);
  }
  if constexpr (!std::is_void_v<Value>) {
    co_return std::move(*value);
  }
}

}  // namespace detail

/// Runs `body`, a coroutine `Task<T>(Saga&)` that registers a compensation as each of its steps
/// succeeds. If it throws, or the instance is cancelled, the compensations run and the error goes on;
/// if one of them fails, its message is added to that of the error, and a cancelled instance has
/// failed instead. Under GCC 12 a lambda with captures needs a name.
template <class F>
std::invoke_result_t<std::decay_t<F>&, Saga&> run_saga(OrchestrationContext context, F&& body) {
  detail::check_callable<F>();
  return detail::run_saga_body<std::decay_t<F>>(context, std::forward<F>(body));
}

}  // namespace duroxide::DUROXIDE_ABI
