// What an activity is told and can say.

#include <duroxide/activity.hpp>

#include <stdexcept>

#include <duroxide/client.hpp>

#include "model/limits.hpp"

namespace duroxide {

void ActivityContext::record_progress(Result<std::string, std::string> progress) const {
  const auto checked =
      progress ? model::check_heartbeat(*progress) : model::Checked(model::flaw(progress.error()));
  if (!checked) {
    log_warn("a heartbeat was dropped: " + checked.error().what);
    return;
  }
  if (services_.heartbeat) {
    services_.heartbeat(token(), std::move(*progress));
  }
}

Client ActivityContext::client() const {
  if (!services_.client) {
    throw std::logic_error("this ActivityContext was made without a client");
  }
  return services_.client();
}

void ActivityContext::log(LogLevel level, std::string message) const {
  if (services_.log) {
    services_.log(LogRecord{level, std::move(message), call_.instance, call_.execution_id,
                            call_.orchestration, call_.version, call_.activity, call_.event_id});
  }
}

}  // namespace duroxide
