#include "model/cancellation.hpp"

namespace duroxide::model {

ErrorDetails details_of(const event::OrchestrationCancelRequested& request,
                        const std::string& instance) {
  return application_error(request.timed_out ? ErrorKind::timed_out : ErrorKind::cancelled,
                           request.reason, instance);
}

bool ends_by_request(const ErrorDetails& details,
                     const event::OrchestrationCancelRequested& request) {
  return details.is_cancelled() ||
         (request.timed_out && details.kind == ErrorKind::timed_out && details.chain.empty());
}

}  // namespace duroxide::model
