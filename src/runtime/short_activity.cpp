#include "runtime/short_activity.hpp"

#include <exception>
#include <string>

namespace duroxide::runtime {

void ShortActivity::is_overdue(std::chrono::milliseconds so_far) const noexcept {
  try {
    LogRecord line;
    line.level = LogLevel::warn;
    line.message = "activity " + item_.name + " of instance " + item_.instance +
                   " is registered as short and has run for " + std::to_string(so_far.count()) +
                   " ms; it holds a thread of the engine's. Register it as an ordinary one";
    line.instance = item_.instance;
    line.execution_id = item_.execution_id;
    line.orchestration = item_.orchestration;
    line.version = item_.version;
    line.activity = item_.name;
    line.event_id = item_.id;
    environment_.log(line);
  } catch (const std::exception&) {
    // Out of memory, for one: nobody can be told.
  }
}

}  // namespace duroxide::runtime
