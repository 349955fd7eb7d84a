#include "runtime/environment.hpp"

#include <stdexcept>
#include <utility>

namespace duroxide::runtime {

Client Environment::make_client() const {
  const auto owned = client.lock();
  if (!owned) {
    throw std::logic_error("there is no client any more: the runtime has been stopped");
  }
  return *owned;
}

void Environment::log(const LogRecord& record) const noexcept {
  try {
    options.log_sink()(record);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

void Environment::log(LogLevel level, std::string message) const noexcept {
  LogRecord record;
  record.level = level;
  record.message = std::move(message);
  log(record);
}

bool Environment::is_closed(const ProviderError& error) const noexcept {
  if (error.kind != ProviderError::Kind::closed) {
    return false;
  }
  store_works->store(false);
  return true;
}

}  // namespace duroxide::runtime
