#include "runtime/turn_refusal.hpp"

#include <exception>
#include <utility>

#include "model/trace_context.hpp"

namespace duroxide::runtime {

bool tell_of_refusal(const Environment& environment, LogRecord line, const ProviderError& error) {
  if (environment.is_closed(error)) {
    return false;
  }
  if (environment.metrics != nullptr) {
    environment.metrics->turns_refused.add();
  }
  if (error.kind == ProviderError::Kind::invalid_lock_token) {
    return false;  // the store hands the item out again by itself
  }
  line.level = LogLevel::warn;
  line.message = "the store refused a turn: " + error.to_string();
  environment.log(line);
  return true;
}

RefusedQuietly::RefusedQuietly(SharedEnvironment environment,
                               std::shared_ptr<const replay::Assignment> of, Headers headers)
    : environment_(std::move(environment)), of_(std::move(of)), headers_(std::move(headers)) {}

void RefusedQuietly::refused(const ProviderError& error) const noexcept {
  try {
    LogRecord line;
    line.instance = of_->instance;
    line.execution_id = of_->execution_id;
    line.orchestration = of_->orchestration;
    line.version = of_->version;
    line.trace_id = model::trace_id_of(headers_);
    (void)tell_of_refusal(*environment_, std::move(line), error);
  } catch (const std::exception&) {
    // Out of memory, for one: nobody can be told.
  }
}

}  // namespace duroxide::runtime
