// Commands that look at the store as a whole.

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "gateway/command_groups.hpp"
#include "gateway/json_types.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

json stats(const StoreInUse& store, const Arguments&, Sink&) {
  return json_of(value_of(store.management.get_system_metrics()));
}

json health(const StoreInUse& store, const Arguments&, Sink&) {
  return json_of(value_of(store.management.get_system_health()));
}

/// Leaves the first `limit` of each kind; gives whether there were more.
bool cut_each_kind(std::vector<StuckInstance>& instances, std::uint32_t limit) {
  std::map<StuckKind, std::uint32_t> found;
  return std::erase_if(instances,
                       [&](const StuckInstance& each) { return ++found[each.kind] > limit; }) > 0;
}

json stuck(const StoreInUse& store, const Arguments& arguments, Sink&) {
  StuckFilter filter;
  filter.no_progress_for = arguments.duration("no_progress_for");
  const std::uint32_t limit = arguments.small_number("limit", 1).value_or(filter.limit);
  // One more than is asked for tells whether that is all.
  filter.limit = std::max(limit, limit + 1);
  auto instances = value_of(store.management.list_stuck(filter));
  const bool truncated = cut_each_kind(instances, limit);
  return {{"instances", json_of(instances)},
          {"truncated", truncated},
          {"quarantined", json_of(value_of(store.management.list_quarantined()))},
          {"paused", json_of(value_of(store.management.list_paused()))}};
}

}  // namespace

void add_store_reading_commands(std::vector<Command>& commands) {
  commands.push_back({"stats", {}, false, false, stats});
  commands.push_back({"health", {}, false, false, health});
  commands.push_back({"stuck", {"no_progress_for", "limit"}, false, false, stuck});
}

}  // namespace duroxide::gateway
