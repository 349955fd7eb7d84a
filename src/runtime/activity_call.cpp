#include "runtime/activity_call.hpp"

#include <exception>
#include <utility>

#include "model/exceptions.hpp"
#include "model/limits.hpp"

namespace duroxide::runtime {

namespace {

Result<std::string, ErrorDetails> call(const work::ActivityExecute& item, std::uint32_t attempt,
                                       const ActivityHandler& handler, const LogSink& log) {
  try {
    ActivityContext context({item.instance, item.execution_id, item.id, item.orchestration,
                             item.version, item.name, attempt},
                            log);
    return handler(context, item.input);
  } catch (...) {
    return failure(
        model::details_of(std::current_exception(), ErrorKind::activity_failed, item.name));
  }
}

ErrorDetails too_large(const work::ActivityExecute& item, std::string problem) {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::limit_exceeded;
  details.message = std::move(problem);
  details.subject = item.name;
  return details;
}

}  // namespace

WorkItem failed_activity(const work::ActivityExecute& item, ErrorDetails details) {
  return work::ActivityFailed{item.instance, item.execution_id, item.id, std::move(details)};
}

WorkItem call_activity(const work::ActivityExecute& item, std::uint32_t attempt,
                       const ActivityHandler& handler, const LogSink& log) {
  auto result = call(item, attempt, handler, log);
  const std::string what =
      result ? "result of activity " + item.name : "error message of activity " + item.name;
  std::string problem = model::check_payload(what, result ? *result : result.error().message);
  if (!problem.empty()) {
    return failed_activity(item, too_large(item, std::move(problem)));
  }
  if (!result) {
    return failed_activity(item, std::move(result).error());
  }
  return work::ActivityCompleted{item.instance, item.execution_id, item.id, std::move(*result)};
}

}  // namespace duroxide::runtime
