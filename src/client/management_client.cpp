// What only reads.

#include "client/fixed_filters.hpp"
#include "client/management_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

ManagementClient::ManagementClient(Store store) : impl_(std::make_shared<Impl>(std::move(store))) {}

ManagementClient::~ManagementClient() = default;

void ManagementClient::list_instances(const InstanceFilter& filter,
                                      OnAnswer<std::vector<InstanceSummary>> on_answer) const {
  impl_->call(impl_->management, client::check_filter(filter), management::ListInstances{filter},
              std::move(on_answer));
}

ManagementClient::Answer<std::vector<InstanceSummary>> ManagementClient::list_instances(
    const InstanceFilter& filter) const {
  return impl_->wait_for<std::vector<InstanceSummary>>(
      [&](auto on_answer) { list_instances(filter, std::move(on_answer)); });
}

void ManagementClient::list_page(const InstanceFilter& filter, std::uint32_t page_size,
                                 const std::optional<std::string>& cursor,
                                 OnAnswer<InstancePage> on_answer) const {
  impl_->call(impl_->management, client::check_page(filter, page_size),
              management::ListPage{filter, page_size, cursor}, std::move(on_answer),
              ClientError::Kind::invalid_filter);
}

ManagementClient::Answer<InstancePage> ManagementClient::list_page(
    const InstanceFilter& filter, std::uint32_t page_size,
    const std::optional<std::string>& cursor) const {
  return impl_->wait_for<InstancePage>(
      [&](auto on_answer) { list_page(filter, page_size, cursor, std::move(on_answer)); });
}

void ManagementClient::count_instances(const InstanceFilter& filter,
                                       OnAnswer<std::uint64_t> on_answer) const {
  impl_->call(impl_->management, client::check_filter(filter), management::CountInstances{filter},
              std::move(on_answer));
}

ManagementClient::Answer<std::uint64_t> ManagementClient::count_instances(
    const InstanceFilter& filter) const {
  return impl_->wait_for<std::uint64_t>(
      [&](auto on_answer) { count_instances(filter, std::move(on_answer)); });
}

void ManagementClient::get_instance_counts(OnAnswer<InstanceCounts> on_answer) const {
  impl_->call(impl_->management, {}, management::GetInstanceCounts{}, std::move(on_answer));
}

ManagementClient::Answer<InstanceCounts> ManagementClient::get_instance_counts() const {
  return impl_->wait_for<InstanceCounts>(
      [&](auto on_answer) { get_instance_counts(std::move(on_answer)); });
}

void ManagementClient::get_instance_info(std::string_view instance,
                                         OnAnswer<InstanceInfo> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::GetInstanceInfo{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<InstanceInfo> ManagementClient::get_instance_info(
    std::string_view instance) const {
  return impl_->wait_for<InstanceInfo>(
      [&](auto on_answer) { get_instance_info(instance, std::move(on_answer)); });
}

void ManagementClient::get_instance_details(
    std::string_view instance, OnAnswer<std::optional<InstanceDetails>> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::GetInstanceDetails{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::optional<InstanceDetails>> ManagementClient::get_instance_details(
    std::string_view instance) const {
  return impl_->wait_for<std::optional<InstanceDetails>>(
      [&](auto on_answer) { get_instance_details(instance, std::move(on_answer)); });
}

void ManagementClient::get_instance_tree(std::string_view instance,
                                         OnAnswer<InstanceTree> on_answer) const {
  get_instance_tree(instance, std::nullopt, std::move(on_answer));
}

void ManagementClient::get_instance_tree(std::string_view instance,
                                         std::optional<std::uint32_t> limit,
                                         OnAnswer<InstanceTree> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::GetInstanceTree{std::string(instance), limit}, std::move(on_answer));
}

ManagementClient::Answer<InstanceTree> ManagementClient::get_instance_tree(
    std::string_view instance, std::optional<std::uint32_t> limit) const {
  return impl_->wait_for<InstanceTree>(
      [&](auto on_answer) { get_instance_tree(instance, limit, std::move(on_answer)); });
}

void ManagementClient::list_executions(std::string_view instance,
                                       OnAnswer<std::vector<std::uint64_t>> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::ListExecutions{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<std::uint64_t>> ManagementClient::list_executions(
    std::string_view instance) const {
  return impl_->wait_for<std::vector<std::uint64_t>>(
      [&](auto on_answer) { list_executions(instance, std::move(on_answer)); });
}

void ManagementClient::get_execution_info(std::string_view instance, std::uint64_t execution_id,
                                          OnAnswer<ExecutionInfo> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::GetExecutionInfo{std::string(instance), execution_id},
              std::move(on_answer), ClientError::Kind::execution_not_found);
}

ManagementClient::Answer<ExecutionInfo> ManagementClient::get_execution_info(
    std::string_view instance, std::uint64_t execution_id) const {
  return impl_->wait_for<ExecutionInfo>(
      [&](auto on_answer) { get_execution_info(instance, execution_id, std::move(on_answer)); });
}

void ManagementClient::read_execution_history(std::string_view instance, std::uint64_t execution_id,
                                              OnAnswer<std::vector<Event>> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::ReadExecutionHistory{std::string(instance), execution_id},
              std::move(on_answer), ClientError::Kind::execution_not_found);
}

ManagementClient::Answer<std::vector<Event>> ManagementClient::read_execution_history(
    std::string_view instance, std::uint64_t execution_id) const {
  return impl_->wait_for<std::vector<Event>>([&](auto on_answer) {
    read_execution_history(instance, execution_id, std::move(on_answer));
  });
}

void ManagementClient::get_execution_history(std::string_view instance,
                                             std::optional<std::uint64_t> execution_id,
                                             OnAnswer<std::vector<Event>> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::ReadExecutionHistory{std::string(instance), execution_id},
              std::move(on_answer), ClientError::Kind::execution_not_found);
}

ManagementClient::Answer<std::vector<Event>> ManagementClient::get_execution_history(
    std::string_view instance, std::optional<std::uint64_t> execution_id) const {
  return impl_->wait_for<std::vector<Event>>(
      [&](auto on_answer) { get_execution_history(instance, execution_id, std::move(on_answer)); });
}

void ManagementClient::list_pending_activities(
    std::string_view instance, OnAnswer<std::vector<PendingActivity>> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::ListPendingActivities{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<PendingActivity>> ManagementClient::list_pending_activities(
    std::string_view instance) const {
  return impl_->wait_for<std::vector<PendingActivity>>(
      [&](auto on_answer) { list_pending_activities(instance, std::move(on_answer)); });
}

void ManagementClient::list_quarantined(OnAnswer<std::vector<QuarantinedItem>> on_answer) const {
  impl_->call(impl_->management, {}, management::ListQuarantined{}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<QuarantinedItem>> ManagementClient::list_quarantined() const {
  return impl_->wait_for<std::vector<QuarantinedItem>>(
      [&](auto on_answer) { list_quarantined(std::move(on_answer)); });
}

void ManagementClient::list_stuck(const StuckFilter& filter,
                                  OnAnswer<std::vector<StuckInstance>> on_answer) const {
  impl_->call(impl_->management, {}, management::ListStuck{filter}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<StuckInstance>> ManagementClient::list_stuck(
    const StuckFilter& filter) const {
  return impl_->wait_for<std::vector<StuckInstance>>(
      [&](auto on_answer) { list_stuck(filter, std::move(on_answer)); });
}

void ManagementClient::list_paused(OnAnswer<std::vector<PausedItem>> on_answer) const {
  impl_->call(impl_->management, {}, management::ListPaused{}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<PausedItem>> ManagementClient::list_paused() const {
  return impl_->wait_for<std::vector<PausedItem>>(
      [&](auto on_answer) { list_paused(std::move(on_answer)); });
}

void ManagementClient::get_queue_depths(OnAnswer<QueueDepths> on_answer) const {
  impl_->call(impl_->management, {}, management::GetQueueDepths{}, std::move(on_answer));
}

ManagementClient::Answer<QueueDepths> ManagementClient::get_queue_depths() const {
  return impl_->wait_for<QueueDepths>(
      [&](auto on_answer) { get_queue_depths(std::move(on_answer)); });
}

ManagementClient::Answer<QueueDepths> ManagementClient::get_queue_status() const {
  return get_queue_depths();
}

void ManagementClient::get_system_metrics(OnAnswer<SystemMetrics> on_answer) const {
  impl_->call(impl_->management, {}, management::GetSystemMetrics{}, std::move(on_answer));
}

ManagementClient::Answer<SystemMetrics> ManagementClient::get_system_metrics() const {
  return impl_->wait_for<SystemMetrics>(
      [&](auto on_answer) { get_system_metrics(std::move(on_answer)); });
}

ManagementClient::Answer<SystemMetrics> ManagementClient::get_metrics() const {
  return get_system_metrics();
}

void ManagementClient::metrics(OnAnswer<std::vector<MetricFamily>> on_answer) const {
  impl_->call(impl_->management, {}, management::GetMetricFamilies{}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<MetricFamily>> ManagementClient::metrics() const {
  return impl_->wait_for<std::vector<MetricFamily>>(
      [&](auto on_answer) { metrics(std::move(on_answer)); });
}

void ManagementClient::get_system_health(OnAnswer<SystemHealth> on_answer) const {
  impl_->call(impl_->management, {}, management::GetSystemHealth{}, std::move(on_answer));
}

ManagementClient::Answer<SystemHealth> ManagementClient::get_system_health() const {
  return impl_->wait_for<SystemHealth>(
      [&](auto on_answer) { get_system_health(std::move(on_answer)); });
}

using client::ids_of;
using client::with_status;

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_all_instances() const {
  return ids_of(list_instances());
}

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_running_instances()
    const {
  return ids_of(find_running_instances());
}

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_completed_instances()
    const {
  return ids_of(list_instances(with_status(ExecutionStatus::completed)));
}

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_failed_instances() const {
  return ids_of(find_failed_instances());
}

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_cancelled_instances()
    const {
  return ids_of(list_instances(with_status(ExecutionStatus::cancelled)));
}

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_paused_instances() const {
  return ids_of(list_instances(with_status(StatusFilter::paused())));
}

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_instances_by_status(
    std::string_view status) const {
  auto filter = client::with_status_text(status);
  if (!filter) {
    return failure(std::move(filter).error());
  }
  return ids_of(list_instances(*filter));
}

ManagementClient::Answer<std::vector<InstanceSummary>>
ManagementClient::find_instances_by_orchestration(std::string_view orchestration_name) const {
  return list_instances(client::of_orchestration(orchestration_name));
}

ManagementClient::Answer<std::vector<InstanceSummary>> ManagementClient::find_running_instances()
    const {
  return list_instances(with_status(ExecutionStatus::running));
}

ManagementClient::Answer<std::vector<InstanceSummary>> ManagementClient::find_failed_instances(
    std::optional<Timestamp> since) const {
  return list_instances(client::failed_since(since));
}

ManagementClient::Answer<ManagementClient::BulkStatus> ManagementClient::get_bulk_status(
    const std::vector<std::string>& instances) const {
  BulkStatus statuses;
  for (const std::string& instance : instances) {
    auto info = get_instance_info(instance);
    if (info) {
      statuses.emplace_back(instance, std::move(info->status));
    } else if (info.error().kind == ClientError::Kind::instance_not_found) {
      statuses.emplace_back(instance, OrchestrationStatus());
    } else {
      return failure(std::move(info).error());
    }
  }
  return statuses;
}

}  // namespace duroxide::DUROXIDE_ABI
