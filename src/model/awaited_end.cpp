#include "model/awaited_end.hpp"

namespace duroxide::model {

ErrorDetails cannot_be_awaited(const std::string& instance, ErrorCategory category, ErrorKind kind,
                               const std::string& what) {
  ErrorDetails details;
  details.category = category;
  details.kind = kind;
  details.subject = instance;
  details.message = "the end of instance `" + instance + "` cannot be waited for: " + what;
  return details;
}

ErrorDetails deleted_while_awaited(const std::string& instance) {
  return cannot_be_awaited(instance, ErrorCategory::configuration, ErrorKind::invalid_input,
                           "it was deleted before it had ended");
}

}  // namespace duroxide::model
