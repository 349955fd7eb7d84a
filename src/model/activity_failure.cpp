#include "model/activity_failure.hpp"

#include <string>
#include <utility>

#include "model/error_size.hpp"

namespace duroxide::model {

WorkItem failed_activity(const work::ActivityExecute& item, ErrorDetails details) {
  limit_size(details);
  details.came_through(
      {ErrorOrigin::Kind::activity, item.name, item.instance, item.execution_id, item.id});
  return work::ActivityFailed{item.instance, item.execution_id, item.id, std::move(details)};
}

ErrorDetails not_begun_in_time(const work::ActivityExecute& item) {
  const ActivityTimeouts timeouts = item.timeouts.value_or(ActivityTimeouts());
  ErrorDetails details =
      application_error(ErrorKind::attempt_timed_out,
                        "activity " + item.name + " has not begun to run within " +
                            std::to_string(timeouts.start_ms) + " ms",
                        item.name);
  details.retryable = true;
  return details;
}

}  // namespace duroxide::model
