#pragma once

#include <string>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>

namespace duroxide::model {

/// How an instance has ended that let this request pass: as cancelled, or as timed out.
[[nodiscard]] ErrorDetails details_of(const event::OrchestrationCancelRequested& request,
                                      const std::string& instance);

/// Whether an instance that has ended with `details` may have done so since it let the request pass.
[[nodiscard]] bool ends_by_request(const ErrorDetails& details,
                                   const event::OrchestrationCancelRequested& request);

}  // namespace duroxide::model
