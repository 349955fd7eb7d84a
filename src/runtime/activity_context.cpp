// What an activity is told and can say.

#include <duroxide/activity.hpp>

#include <stdexcept>

#include <duroxide/activity_task.hpp>
#include <duroxide/client.hpp>

#include "model/limits.hpp"
#include "model/trace_context.hpp"

namespace duroxide::DUROXIDE_ABI {

const Headers& ActivityContext::headers() const {
  if (!services_.headers) {
    return call_.headers;
  }
  std::call_once(has_looked_, [this] { seen_headers_ = services_.headers(); });
  return seen_headers_;
}

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
                            call_.orchestration, call_.version, call_.activity, call_.event_id,
                            model::trace_id_of(call_.headers)});
  }
}

void ActivitySleep::start(detail::TurnScheduler& scheduler, detail::Completion& completion) {
  run_ = &static_cast<detail::ActivityRun&>(scheduler);
  completion_ = &completion;
  run_->sleep(delay_, completion);
}

void ActivitySleep::stop_waiting() noexcept {
  run_->stop_sleeping(*completion_);
}

void ActivitySleep::take() const {
  if (stop_.stop_requested()) {
    throw ActivityCancelled();
  }
}

}  // namespace duroxide::DUROXIDE_ABI
