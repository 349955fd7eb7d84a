#include "client/bulk_targets.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace duroxide::client {

namespace {

using ActionKind = BulkAction::Kind;

enum class Looked : std::uint8_t { at_all, stopped };

/// Gives those to which it would be done to `take`, until `on_progress` says to stop.
template <class Take>
Result<Looked, ClientError> look_for_targets(const ManagementClient& client,
                                             const InstanceFilter& filter, const BulkAction& action,
                                             const OnProgress& on_progress, const Take& take) {
  constexpr std::uint32_t page_size = 1000;
  if (auto checked = check_action(action); !checked) {
    return failure(std::move(checked).error());
  }
  const auto targets = BulkTargets::of(client, action);
  if (!targets) {
    return failure(targets.error());
  }
  const InstanceFilter narrowed = targets->narrowed(filter);
  Progress progress;
  if (!filter.search) {  // which would look at each of them twice
    const auto count = client.count_instances(narrowed);
    if (!count) {
      return failure(count.error());
    }
    progress.total = *count;
  }
  std::uint64_t left = filter.limit.value_or(~std::uint64_t{0});
  std::optional<std::string> cursor;
  do {
    auto page = client.list_page(narrowed, page_size, cursor);
    if (!page) {
      return failure(std::move(page).error());
    }
    for (InstanceSummary& each : page->instances) {
      if (left == 0) {
        return Looked::at_all;
      }
      if (targets->would_act(each)) {
        take(each);
        --left;
      }
    }
    progress.done += page->instances.size();
    progress.total = filter.search ? 0 : std::max(progress.total, progress.done);
    if (!on_progress(progress)) {
      return Looked::stopped;
    }
    cursor = page->next_cursor;
  } while (cursor);
  return Looked::at_all;
}

}  // namespace

RaiseOptions raise_options(const BulkAction& action) {
  RaiseOptions options;
  if (action.key) {
    options.key(*action.key);
  }
  return options;
}

Checked check_action(const BulkAction& action) {
  constexpr std::string_view any = "any";  // instance
  const Result<std::string, std::string> data = action.text;
  switch (action.kind) {
    case ActionKind::cancel:
    case ActionKind::terminate:
      return check_cancel(any, action.text);
    case ActionKind::raise:
      return check_event(any, action.name, data, raise_options(action));
    case ActionKind::enqueue:
      return check_queue_message(any, action.name, data, raise_options(action));
    case ActionKind::pause:
    case ActionKind::resume:
    case ActionKind::rewind:
      break;
  }
  return {};
}

Result<BulkTargets, ClientError> BulkTargets::of(const ManagementClient& client,
                                                 const BulkAction& action) {
  BulkTargets targets(action.kind);
  if (action.kind == ActionKind::pause || action.kind == ActionKind::resume) {
    auto paused = client.list_paused();
    if (!paused) {
      return failure(std::move(paused).error());
    }
    for (PausedItem& item : *paused) {
      if (item.scope.kind == PauseScope::Kind::instance) {
        targets.paused_.insert(std::move(item.scope.name));
      }
    }
  }
  return targets;
}

InstanceFilter BulkTargets::narrowed(InstanceFilter filter) const {
  filter.order = InstanceOrder::created;
  if (filter.status) {
    return filter;
  }
  if (kind_ == ActionKind::rewind) {
    filter.status = {ExecutionStatus::failed};
  } else if (kind_ == ActionKind::resume) {
    filter.status = {StatusFilter::paused()};
  } else {
    filter.status = {ExecutionStatus::running};
  }
  return filter;
}

bool BulkTargets::is_so_already(const InstanceSummary& instance) const {
  return (kind_ == ActionKind::pause && paused_.contains(instance.instance_id)) ||
         (kind_ == ActionKind::resume && !paused_.contains(instance.instance_id));
}

bool BulkTargets::would_act(const InstanceSummary& instance) const {
  const bool fits =
      kind_ == ActionKind::rewind ? instance.status.is_failed() : instance.status.is_running();
  return fits && !is_so_already(instance);
}

bool BulkTargets::has_changed(const ManagementClient& client, const InstanceSummary& listed,
                              const ClientError& refused) const {
  switch (refused.kind) {
    case ClientError::Kind::instance_not_found:
      return true;
    case ClientError::Kind::instance_finished:
      return listed.status.is_running();
    case ClientError::Kind::invalid_input: {
      if (kind_ != ActionKind::rewind || !listed.status.is_failed()) {
        return false;
      }
      const auto now = client.get_instance_info(listed.instance_id);
      return now && !now->status.is_failed();
    }
    default:
      return false;
  }
}

Result<std::vector<InstanceSummary>, ClientError> instances_to_act_on(
    const ManagementClient& client, const InstanceFilter& filter, const BulkAction& action,
    const OnProgress& on_progress) {
  std::vector<InstanceSummary> found;
  const auto take = [&](InstanceSummary& each) { found.push_back(std::move(each)); };
  const auto looked = look_for_targets(client, filter, action, on_progress, take);
  if (!looked) {
    return failure(looked.error());
  }
  if (*looked == Looked::stopped) {
    found.clear();
  }
  return found;
}

Result<std::uint64_t, ClientError> count_to_act_on(const ManagementClient& client,
                                                   const InstanceFilter& filter,
                                                   const BulkAction& action,
                                                   const OnProgress& on_progress) {
  const std::uint64_t limit = filter.limit.value_or(~std::uint64_t{0});
  const bool for_all = action.kind != ActionKind::pause && action.kind != ActionKind::resume;
  if (for_all && !filter.status) {
    if (auto checked = check_action(action); !checked) {
      return failure(std::move(checked).error());
    }
    const auto targets = BulkTargets::of(client, action);
    const auto count = targets ? client.count_instances(targets->narrowed(filter))
                               : ManagementClient::Answer<std::uint64_t>(failure(targets.error()));
    return count ? Result<std::uint64_t, ClientError>(std::min(*count, limit)) : count;
  }
  std::uint64_t found = 0;
  const auto take = [&](const InstanceSummary&) { ++found; };
  const auto looked = look_for_targets(client, filter, action, on_progress, take);
  if (!looked) {
    return failure(looked.error());
  }
  return *looked == Looked::stopped ? 0 : found;
}

}  // namespace duroxide::client
