// The page of a runtime that asks for one (`RuntimeOptions::http`).

#include <memory>
#include <string>
#include <utility>

#include "gateway/commands.hpp"
#include "gateway/http/dashboard.hpp"
#include "protocol/store_impl.hpp"
#include "runtime/beside.hpp"

namespace duroxide::gateway::http {

namespace {

void tell(const LogSink& log, LogLevel level, std::string message) {
  LogRecord record;
  record.level = level;
  record.message = std::move(message);
  log(record);
}

/// Null, with an error in the log, if it cannot be served: the runtime goes on without. Also null in an actor
/// system that is stepped by hand, where the server's threads would do the steps.
std::shared_ptr<void> serve_beside(const Store& store, const runtime::BesideOptions& beside) {
  if (!beside.http || actors::is_deterministic(duroxide::detail::StoreAccess::system(store))) {
    return nullptr;
  }
  const HttpOptions& options = *beside.http;
  const auto in_use = std::make_shared<const StoreInUse>(store, true);
  auto dashboard =
      Dashboard::start(options, store.directory().filename().string(),
                       [in_use](const Request& request, Sink& sink, int) {
                         return run_command(*in_use, request.command, request.arguments, sink);
                       });
  if (!dashboard) {
    tell(beside.log, LogLevel::error, "the dashboard is not served: " + dashboard.error().message);
    return nullptr;
  }
  if (options.on_link()) {
    options.on_link()((*dashboard)->link());
  } else {
    // Not less than a warning: logs leave out the rest, and nobody else tells it.
    tell(beside.log, LogLevel::warn, "the dashboard opens once at " + (*dashboard)->link());
  }
  return std::shared_ptr<Dashboard>(std::move(*dashboard));
}

/// Runs when the program is loaded.
[[maybe_unused]] const bool serves_beside_runtimes = [] {
  runtime::run_beside_runtimes(serve_beside);
  return true;
}();

}  // namespace

}  // namespace duroxide::gateway::http
