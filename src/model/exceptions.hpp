#pragma once

#include <exception>
#include <string>

#include <duroxide/errors.hpp>

namespace duroxide::model {

/// What user code threw, as details. A `std::exception` gives an application error of kind `kind`
/// with its message, an `OrchestrationError` its own details, an `ApplicationError` what it holds; thrown
/// text gives that text, and anything else `unhandled_exception` with the name of its type. `subject` is
/// the name of the activity or the instance. Never throws for what it finds.
[[nodiscard]] ErrorDetails details_of(const std::exception_ptr& error, ErrorKind kind,
                                      std::string subject);

}  // namespace duroxide::model
