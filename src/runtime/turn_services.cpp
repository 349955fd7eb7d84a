#include "runtime/turn_services.hpp"

#include <utility>

#include "runtime/guid.hpp"
#include "runtime/pure_activity.hpp"

namespace duroxide::runtime {

std::shared_ptr<const replay::TurnServices> make_turn_services(
    const SharedEnvironment& environment) {
  replay::TurnServices services;
  services.now = [clock = environment->clock] { return clock->now(); };
  services.new_guid = new_guid;
  services.log = [environment](const LogRecord& line) { environment->log(line); };
  if (environment->activities.has_pure()) {
    services.run_at_once = [environment](const work::ActivityExecute& item) {
      return run_pure(*environment, item);
    };
  }
  if (const auto& interceptors = environment->interceptors) {
    const InterceptorHooks hooks = interceptors->hooks();
    if (hooks.before_step) {
      services.before_step = [interceptors](const InterceptedExecution& execution,
                                            InterceptedStep& step) {
        return interceptors->before_step(execution, step);
      };
    }
    services.notes_ended_steps = hooks.after_step;
    services.notes_ended_calls = hooks.after_call;
    services.wants = [interceptors](const Headers& headers) {
      return interceptors->wants(headers);
    };
  }
  services.history_warning = environment->options.history_warning();
  services.history_limit = environment->options.history_limit();
  services.max_values = environment->options.max_values();
  services.max_value_bytes = environment->options.max_value_bytes();
  services.max_custom_status_bytes = environment->options.max_custom_status_bytes();
  return std::make_shared<const replay::TurnServices>(std::move(services));
}

}  // namespace duroxide::runtime
