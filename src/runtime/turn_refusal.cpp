#include "runtime/turn_refusal.hpp"

#include <exception>
#include <utility>

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

RefusedQuietly::RefusedQuietly(SharedEnvironment environment, LogRecord line)
    : environment_(std::move(environment)), line_(std::move(line)) {}

void RefusedQuietly::refused(const ProviderError& error) const noexcept {
  try {
    (void)tell_of_refusal(*environment_, line_, error);
  } catch (const std::exception&) {
    // Out of memory, for one: nobody can be told.
  }
}

}  // namespace duroxide::runtime
