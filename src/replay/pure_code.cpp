// Functions of the user's that are called while the code stands still, and what they must not do.

#include <string>
#include <string_view>
#include <utility>

#include <duroxide/errors.hpp>

#include "replay/execution_core.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

ErrorDetails misuse(std::string message) {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::invalid_input;
  details.message = std::move(message);
  return details;
}

}  // namespace

/// What a pure function must not do, and why.
std::string ExecutionCore::misuse_of_pure_code(const std::string& what) const {
  switch (pure_code_) {
    case PureCode::validator:
      return "the validator of an update must not " + what + ": what it refuses leaves no trace";
    case PureCode::condition:
      return "a function given to wait_until must not " + what +
             ": it only looks whether the code may go on";
    case PureCode::query:
      return "the handler of a query must not " + what + ": it only tells what there is";
    case PureCode::side_effect:
    case PureCode::none:
      break;
  }
  return "a function given to side_effect must not " + what + ": only what it returns is recorded";
}

void ExecutionCore::require_no_pure_code() const {
  if (pure_code_ != PureCode::none) {
    throw OrchestrationError(misuse(misuse_of_pure_code("use the context")));
  }
}

void ExecutionCore::require_awaitable(std::string_view what) const {
  if (in_update_) {
    throw OrchestrationError(misuse("the handler of an update must not " + std::string(what) +
                                    ": it has to answer at once. Let it change a local, and the "
                                    "orchestration act on that, which "
                                    "waits for it by wait_until"));
  }
}

/// The same where nothing can be thrown. Whether the function has let go of a future that still matters;
/// the future is kept, so that the end of the instance closes it.
bool ExecutionCore::is_dropped_in_pure_code(const Slot& slot) {
  if (pure_code_ == PureCode::none) {
    return false;
  }
  if (!failure_) {
    failure_ = misuse(misuse_of_pure_code("drop or cancel the future of `" + slot.name + "`"));
    failure_->subject = assignment_.orchestration;
  }
  return true;
}

}  // namespace duroxide::DUROXIDE_ABI::detail
