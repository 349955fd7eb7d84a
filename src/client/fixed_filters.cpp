#include "client/fixed_filters.hpp"

#include <utility>

namespace duroxide::client {

InstanceFilter with_status(StatusFilter status) {
  InstanceFilter filter;
  filter.status = {status};
  return filter;
}

Result<InstanceFilter, ClientError> with_status_text(std::string_view status) {
  if (const auto wanted = StatusFilter::parse(status)) {
    return with_status(*wanted);
  }
  return failure(
      ClientError{ClientError::Kind::invalid_filter,
                  "no instance can be `" + std::string(status) +
                      "`: the states are Running, Completed, Failed, Cancelled and Paused"});
}

InstanceFilter of_orchestration(std::string_view name) {
  InstanceFilter filter;
  filter.orchestration_name = name;
  return filter;
}

InstanceFilter failed_since(const std::optional<Timestamp>& since) {
  InstanceFilter filter = with_status(ExecutionStatus::failed);
  filter.created_after = since;
  return filter;
}

ManagementClient::Answer<std::vector<std::string>> ids_of(
    ManagementClient::Answer<std::vector<InstanceSummary>> summaries) {
  if (!summaries) {
    return failure(std::move(summaries).error());
  }
  std::vector<std::string> ids;
  ids.reserve(summaries->size());
  for (InstanceSummary& summary : *summaries) {
    ids.push_back(std::move(summary.instance_id));
  }
  return ids;
}

}  // namespace duroxide::client
