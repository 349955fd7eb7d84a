#include <duroxide/saga.hpp>

#include <utility>

#include "model/exceptions.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

/// An activity as a compensation. Not a lambda: the coroutine must own what it uses.
Task<> run_activity(OrchestrationContext context, std::string name, std::string input,
                    ActivityOptions options) {
  auto done = context.schedule_activity<std::string>(name, input, options);
  co_await done;
}

}  // namespace

struct Saga::Step {
  std::string what;
  Compensation run;
};

Saga::Saga(OrchestrationContext context) : context_(context) {}

Saga::~Saga() = default;

void Saga::compensate_with_task(std::string what, const Compensation& compensation) {
  steps_.push_back({std::move(what), compensation});
}

void Saga::dismiss() {
  steps_.clear();
}

ActivityOptions Saga::default_options() {
  ActivityOptions options;
  options.retry(RetryPolicy().max_attempts(5));
  return options;
}

void Saga::add_activity(std::string name, std::string input, const ActivityOptions& options) {
  std::string what = "activity " + name;
  const auto undo = [name = std::move(name), input = std::move(input),
                     options](OrchestrationContext context) {
    return run_activity(context, name, input, options);
  };
  compensate_with_task(std::move(what), undo);
}

Task<std::vector<std::string>> Saga::compensate() {
  std::vector<std::string> failed;
  const CancellationShield shield = context_.shield();
  while (!steps_.empty()) {
    const Step step = std::move(steps_.back());
    steps_.pop_back();
    try {
      Task<> undoing = step.run(context_);
      co_await std::move(undoing);
    } catch (...) {
      failed.push_back(
          step.what + ": " +
          model::details_of(std::current_exception(), ErrorKind::orchestration_failed, step.what)
              .to_string());
    }
  }
  co_return failed;
}

void detail::rethrow_after_compensation(const std::exception_ptr& error,
                                        const std::vector<std::string>& not_undone) {
  if (not_undone.empty()) {
    std::rethrow_exception(error);
  }
  ErrorDetails details = model::details_of(error, ErrorKind::orchestration_failed, {});
  details.message = details.to_string();
  if (details.is_cancelled()) {
    details.kind = ErrorKind::orchestration_failed;
  }
  for (const std::string& each : not_undone) {
    details.message += "; could not be undone by " + each;
  }
  throw OrchestrationError(std::move(details));
}

}  // namespace duroxide::DUROXIDE_ABI
