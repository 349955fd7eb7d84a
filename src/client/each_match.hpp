#pragma once

// Going through the instances that match a filter, page by page, and acting on some of them at a time.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/management.hpp>

#include "client/existing_instances.hpp"

namespace duroxide::client {

inline void add(DeleteInstanceResult& total, const DeleteInstanceResult& more) {
  total.instances_deleted += more.instances_deleted;
  total.executions_deleted += more.executions_deleted;
  total.events_deleted += more.events_deleted;
  total.queue_messages_deleted += more.queue_messages_deleted;
}

inline void add(PruneResult& total, const PruneResult& more) {
  total.instances_processed += more.instances_processed;
  total.executions_deleted += more.executions_deleted;
  total.events_deleted += more.events_deleted;
}

inline void add(BulkResult& total, BulkResult more) {
  constexpr std::size_t most_told = 1000;
  total.done += more.done;
  total.unchanged += more.unchanged;
  total.refused += more.refused;
  total.stopped_by = std::move(more.stopped_by);
  for (RefusedInstance& each : more.refusals) {
    if (total.refusals.size() < most_told) {
      total.refusals.push_back(std::move(each));
    }
  }
}

/// What was done to the first of some instances.
template <class Result>
struct Step {
  Result done;
  std::uint64_t seen = 0;      ///< those that are dealt with, or left as they are
  std::uint64_t acted_on = 0;  ///< those of them that count for a limit
};

template <class Result>
using ActOnSome = std::function<ManagementClient::Answer<Step<Result>>(
    std::span<const InstanceSummary> instances, std::optional<std::uint64_t> limit)>;

/// What came of it until something stopped it, if the result can say what; else only that.
template <class Result>
ManagementClient::Answer<Result> stopped(Result total, ClientError why) {
  if constexpr (std::is_same_v<Result, BulkResult>) {
    if (total.done > 0) {
      total.stopped_by = std::move(why);
      return total;
    }
  }
  return failure(std::move(why));
}

/// What a step says that has done only a part of what it was to do.
template <class Result>
std::optional<ClientError> what_stopped(const Result& done) {
  if constexpr (std::is_same_v<Result, BulkResult>) {
    return done.stopped_by;
  } else {
    return std::nullopt;
  }
}

/// Gives the instances that match and that are there when it begins to `act`, which takes as many of
/// the first as it can at a time and acts on `limit` at most, until it fails, `on_progress` says so, or
/// it has acted on as many as the filter's limit allows. They are listed right before, and only so many
/// that they are still what they were. Gives what all of them came to.
template <class Result>
ManagementClient::Answer<Result> for_each_match(const ManagementClient& client,
                                                const InstanceFilter& filter,
                                                const OnProgress& on_progress,
                                                const ActOnSome<Result>& act) {
  constexpr std::uint32_t most_at_a_time = 400;  // more than a transaction takes of the smallest
  const auto existing = ExistingInstances::now(client);
  if (!existing) {
    return failure(existing.error());
  }
  const InstanceFilter narrowed = existing->narrowed(filter);
  const std::uint64_t limit = filter.limit.value_or(~std::uint64_t{0});
  Progress progress;
  if (!filter.search) {  // which would look at each of them twice
    const auto count = client.count_instances(narrowed);
    if (!count) {
      return failure(count.error());
    }
    progress.total = std::min(*count, limit);
  }
  Result total;
  std::uint64_t acted_on = 0;
  std::optional<std::string> cursor;
  do {
    auto page = client.list_page(narrowed, most_at_a_time, cursor);
    if (!page) {
      return stopped(std::move(total), std::move(page).error());
    }
    std::erase_if(page->instances, [&](const auto& each) { return !existing->include(each); });
    // A search may find nothing for long.
    if (page->instances.empty() && page->next_cursor && on_progress && !on_progress(progress)) {
      return total;
    }
    for (std::span<const InstanceSummary> rest(page->instances); !rest.empty();) {
      auto step = act(rest, filter.limit ? std::optional(limit - acted_on) : std::nullopt);
      if (!step) {
        return stopped(std::move(total), std::move(step).error());
      }
      add(total, std::move(step->done));
      if (auto why = what_stopped(total)) {
        return stopped(std::move(total), std::move(*why));
      }
      acted_on += step->acted_on;
      rest = rest.subspan(std::min<std::size_t>(step->seen, rest.size()));
      progress.done = filter.limit ? acted_on : progress.done + step->seen;
      progress.total = filter.search ? 0 : std::max(progress.total, progress.done);
      if (on_progress && !on_progress(progress)) {
        return total;
      }
      if (acted_on >= limit) {
        return total;
      }
    }
    cursor = page->next_cursor;
  } while (cursor);
  return total;
}

}  // namespace duroxide::client
