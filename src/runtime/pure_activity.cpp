#include "runtime/pure_activity.hpp"

#include <utility>

#include "runtime/activity_call.hpp"
#include "runtime/activity_watch.hpp"
#include "runtime/short_activity.hpp"

namespace duroxide::runtime {

std::optional<WorkItem> run_pure(const Environment& environment,
                                 const work::ActivityExecute& item) {
  // Where a runtime takes no untagged activities, it does not run them within turns either.
  const bool is_for_anybody =
      !item.tag && !item.session && environment.options.worker_tags().accepts(item.tag);
  const auto* found = is_for_anybody ? environment.activities.find_pure(item.name) : nullptr;
  if (found == nullptr) {
    return std::nullopt;
  }
  provider::WorkerItem delivered;
  delivered.item = item;
  delivered.attempt_count = 1;
  ActivityContext::Services services;
  services.log = [&environment](const LogRecord& line) { environment.log(line); };
  services.client = [&environment] { return environment.make_client(); };
  const ShortActivity watched(environment, item);
  const ActivityWatch watch(found->meter);
  auto completion = call_activity(delivered, *found->handler, std::move(services));
  watch.ended(completion, false);
  return completion;
}

}  // namespace duroxide::runtime
