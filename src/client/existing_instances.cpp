#include "client/existing_instances.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace duroxide::client {

Result<ExistingInstances, ClientError> ExistingInstances::now(const ManagementClient& client) {
  constexpr std::uint32_t page_size = 1000;
  ExistingInstances existing;
  InstanceFilter filter;
  filter.descending = true;
  const auto newest = client.list_page(filter, 1);
  if (!newest) {
    return failure(newest.error());
  }
  if (newest->instances.empty()) {
    return existing;
  }
  filter.descending = false;
  filter.created_after = newest->instances.front().created_at;
  std::optional<std::string> cursor;
  do {
    auto page = client.list_page(filter, page_size, cursor);
    if (!page) {
      return failure(std::move(page).error());
    }
    for (InstanceSummary& each : page->instances) {
      if (each.created_at > existing.newest_) {
        existing.newest_ = each.created_at;
        existing.of_newest_.clear();
      }
      existing.of_newest_.insert(std::move(each.instance_id));
    }
    cursor = page->next_cursor;
  } while (cursor);
  return existing;
}

InstanceFilter ExistingInstances::narrowed(InstanceFilter filter) const {
  const Timestamp end = newest_ + Milliseconds(1);
  filter.created_before = std::min(filter.created_before.value_or(end), end);
  return filter;
}

bool ExistingInstances::include(const InstanceSummary& instance) const {
  return instance.created_at < newest_ || of_newest_.contains(instance.instance_id);
}

}  // namespace duroxide::client
