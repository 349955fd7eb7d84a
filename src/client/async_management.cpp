// The calls of management as pending ones: each is its callback form, begun as a call that can be taken
// back.

#include <duroxide/async_management.hpp>

#include <cstddef>
#include <memory>

#include "client/fixed_filters.hpp"
#include "client/management_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

AsyncManagement ManagementClient::async() const {
  return AsyncManagement(*this);
}

AsyncManagement ManagementClient::async(const CallOptions& options) const {
  return AsyncManagement(*this, options);
}

const detail::CallSurroundings& ManagementClient::call_surroundings() const {
  return impl_->surroundings;
}

PendingCall<std::vector<InstanceSummary>> AsyncManagement::list_instances(
    const InstanceFilter& filter) const {
  return begin<std::vector<InstanceSummary>>(
      [&](auto on_answer) { management_.list_instances(filter, std::move(on_answer)); });
}

PendingCall<InstancePage> AsyncManagement::list_page(
    const InstanceFilter& filter, std::uint32_t page_size,
    const std::optional<std::string>& cursor) const {
  return begin<InstancePage>([&](auto on_answer) {
    management_.list_page(filter, page_size, cursor, std::move(on_answer));
  });
}

PendingCall<std::uint64_t> AsyncManagement::count_instances(const InstanceFilter& filter) const {
  return begin<std::uint64_t>(
      [&](auto on_answer) { management_.count_instances(filter, std::move(on_answer)); });
}

PendingCall<InstanceCounts> AsyncManagement::get_instance_counts() const {
  return begin<InstanceCounts>(
      [&](auto on_answer) { management_.get_instance_counts(std::move(on_answer)); });
}

PendingCall<InstanceInfo> AsyncManagement::get_instance_info(std::string_view instance) const {
  return begin<InstanceInfo>(
      [&](auto on_answer) { management_.get_instance_info(instance, std::move(on_answer)); });
}

PendingCall<std::optional<InstanceDetails>> AsyncManagement::get_instance_details(
    std::string_view instance) const {
  return begin<std::optional<InstanceDetails>>(
      [&](auto on_answer) { management_.get_instance_details(instance, std::move(on_answer)); });
}

PendingCall<InstanceTree> AsyncManagement::get_instance_tree(
    std::string_view instance, std::optional<std::uint32_t> limit) const {
  return begin<InstanceTree>([&](auto on_answer) {
    management_.get_instance_tree(instance, limit, std::move(on_answer));
  });
}

PendingCall<std::vector<std::uint64_t>> AsyncManagement::list_executions(
    std::string_view instance) const {
  return begin<std::vector<std::uint64_t>>(
      [&](auto on_answer) { management_.list_executions(instance, std::move(on_answer)); });
}

PendingCall<ExecutionInfo> AsyncManagement::get_execution_info(std::string_view instance,
                                                               std::uint64_t execution_id) const {
  return begin<ExecutionInfo>([&](auto on_answer) {
    management_.get_execution_info(instance, execution_id, std::move(on_answer));
  });
}

PendingCall<std::vector<Event>> AsyncManagement::read_execution_history(
    std::string_view instance, std::uint64_t execution_id) const {
  return begin<std::vector<Event>>([&](auto on_answer) {
    management_.read_execution_history(instance, execution_id, std::move(on_answer));
  });
}

PendingCall<std::vector<Event>> AsyncManagement::get_execution_history(
    std::string_view instance, std::optional<std::uint64_t> execution_id) const {
  return begin<std::vector<Event>>([&](auto on_answer) {
    management_.get_execution_history(instance, execution_id, std::move(on_answer));
  });
}

PendingCall<std::vector<PendingActivity>> AsyncManagement::list_pending_activities(
    std::string_view instance) const {
  return begin<std::vector<PendingActivity>>(
      [&](auto on_answer) { management_.list_pending_activities(instance, std::move(on_answer)); });
}

PendingCall<std::vector<InstanceMessage>> AsyncManagement::list_messages(
    std::string_view instance) const {
  return begin<std::vector<InstanceMessage>>(
      [&](auto on_answer) { management_.list_messages(instance, std::move(on_answer)); });
}

PendingCall<std::vector<QuarantinedItem>> AsyncManagement::list_quarantined() const {
  return begin<std::vector<QuarantinedItem>>(
      [&](auto on_answer) { management_.list_quarantined(std::move(on_answer)); });
}

PendingCall<std::vector<StuckInstance>> AsyncManagement::list_stuck(
    const StuckFilter& filter) const {
  return begin<std::vector<StuckInstance>>(
      [&](auto on_answer) { management_.list_stuck(filter, std::move(on_answer)); });
}

PendingCall<std::vector<PausedItem>> AsyncManagement::list_paused() const {
  return begin<std::vector<PausedItem>>(
      [&](auto on_answer) { management_.list_paused(std::move(on_answer)); });
}

PendingCall<QueueDepths> AsyncManagement::get_queue_depths() const {
  return begin<QueueDepths>(
      [&](auto on_answer) { management_.get_queue_depths(std::move(on_answer)); });
}

PendingCall<SystemMetrics> AsyncManagement::get_system_metrics() const {
  return begin<SystemMetrics>(
      [&](auto on_answer) { management_.get_system_metrics(std::move(on_answer)); });
}

PendingCall<std::vector<MetricFamily>> AsyncManagement::metrics() const {
  return begin<std::vector<MetricFamily>>(
      [&](auto on_answer) { management_.metrics(std::move(on_answer)); });
}

PendingCall<SystemHealth> AsyncManagement::get_system_health() const {
  return begin<SystemHealth>(
      [&](auto on_answer) { management_.get_system_health(std::move(on_answer)); });
}

PendingCall<std::uint64_t> AsyncManagement::release_from_quarantine(
    std::string_view instance) const {
  return begin<std::uint64_t>(
      [&](auto on_answer) { management_.release_from_quarantine(instance, std::move(on_answer)); });
}

PendingCall<PruneResult> AsyncManagement::prune_executions(std::string_view instance,
                                                           const PruneOptions& options) const {
  return begin<PruneResult>([&](auto on_answer) {
    management_.prune_executions(instance, options, std::move(on_answer));
  });
}

PendingCall<void> AsyncManagement::pause(const PauseScope& scope) const {
  return begin<void>([&](auto on_answer) { management_.pause(scope, std::move(on_answer)); });
}

PendingCall<void> AsyncManagement::resume(const PauseScope& scope) const {
  return begin<void>([&](auto on_answer) { management_.resume(scope, std::move(on_answer)); });
}

PendingCall<void> AsyncManagement::terminate_instance(std::string_view instance,
                                                      std::string_view reason) const {
  return begin<void>([&](auto on_answer) {
    management_.terminate_instance(instance, reason, std::move(on_answer));
  });
}

PendingCall<void> AsyncManagement::drop_message(std::string_view instance,
                                                std::uint64_t message_id) const {
  return begin<void>([&](auto on_answer) {
    management_.drop_message(instance, message_id, std::move(on_answer));
  });
}

PendingCall<RestoredInstance> AsyncManagement::rewind_instance(std::string_view instance,
                                                               const RewindOptions& options) const {
  return begin<RestoredInstance>([&](auto on_answer) {
    management_.rewind_instance(instance, options, std::move(on_answer));
  });
}

PendingCall<RestoredInstance> AsyncManagement::fork_instance(std::string_view instance,
                                                             std::string_view new_instance,
                                                             const ForkOptions& options) const {
  return begin<RestoredInstance>([&](auto on_answer) {
    management_.fork_instance(instance, new_instance, options, std::move(on_answer));
  });
}

PendingCall<std::string> AsyncManagement::export_instance(std::string_view instance) const {
  return begin<std::string>(
      [&](auto on_answer) { management_.export_instance(instance, std::move(on_answer)); });
}

PendingCall<RestoredInstance> AsyncManagement::import_instance(
    std::string_view json, const std::optional<std::string>& new_instance) const {
  return begin<RestoredInstance>([&](auto on_answer) {
    management_.import_instance(json, new_instance, std::move(on_answer));
  });
}

PendingCall<BackupResult> AsyncManagement::backup(const std::filesystem::path& directory,
                                                  const OnProgress& on_progress) const {
  return begin<BackupResult>([&](auto on_answer) {
    const ManagementClient::Impl& impl = *management_.impl_;
    impl.call(impl.management, {}, management::BackupStore{directory, on_progress},
              ManagementClient::OnAnswer<BackupResult>(std::move(on_answer)));
  });
}

PendingCall<VerifyReport> AsyncManagement::verify(const OnProgress& on_progress) const {
  return begin<VerifyReport>([&](auto on_answer) {
    const ManagementClient::Impl& impl = *management_.impl_;
    impl.call(impl.management, {}, management::VerifyStore{on_progress},
              ManagementClient::OnAnswer<VerifyReport>(std::move(on_answer)));
  });
}

// --- by a fixed condition -------------------------------------------------------------------------

PendingCall<std::vector<std::string>> AsyncManagement::list_ids(
    Result<InstanceFilter, ClientError> filter) const {
  return begin<std::vector<std::string>>([&](auto on_ids) {
    if (!filter) {
      on_ids(failure(std::move(filter).error()));
      return;
    }
    management_.list_instances(*filter, [on_ids = std::move(on_ids)](auto found) {
      on_ids(client::ids_of(std::move(found)));
    });
  });
}

PendingCall<std::vector<std::string>> AsyncManagement::list_all_instances() const {
  return list_ids(InstanceFilter());
}

PendingCall<std::vector<std::string>> AsyncManagement::list_running_instances() const {
  return list_ids(client::with_status(ExecutionStatus::running));
}

PendingCall<std::vector<std::string>> AsyncManagement::list_completed_instances() const {
  return list_ids(client::with_status(ExecutionStatus::completed));
}

PendingCall<std::vector<std::string>> AsyncManagement::list_failed_instances() const {
  return list_ids(client::with_status(ExecutionStatus::failed));
}

PendingCall<std::vector<std::string>> AsyncManagement::list_cancelled_instances() const {
  return list_ids(client::with_status(ExecutionStatus::cancelled));
}

PendingCall<std::vector<std::string>> AsyncManagement::list_paused_instances() const {
  return list_ids(client::with_status(StatusFilter::paused()));
}

PendingCall<std::vector<std::string>> AsyncManagement::list_instances_by_status(
    std::string_view status) const {
  return list_ids(client::with_status_text(status));
}

PendingCall<std::vector<InstanceSummary>> AsyncManagement::find_instances_by_orchestration(
    std::string_view orchestration_name) const {
  return list_instances(client::of_orchestration(orchestration_name));
}

PendingCall<std::vector<InstanceSummary>> AsyncManagement::find_running_instances() const {
  return list_instances(client::with_status(ExecutionStatus::running));
}

PendingCall<std::vector<InstanceSummary>> AsyncManagement::find_failed_instances(
    std::optional<Timestamp> since) const {
  return list_instances(client::failed_since(since));
}

namespace {

/// Statuses that come one by one, on the companion's turn.
struct GatheredStatuses {
  ManagementClient::BulkStatus statuses;
  std::optional<ClientError> error;
  std::size_t missing = 0;
};

}  // namespace

PendingCall<ManagementClient::BulkStatus> AsyncManagement::get_bulk_status(
    const std::vector<std::string>& instances) const {
  using Statuses = ManagementClient::BulkStatus;
  return begin<Statuses>([&](auto on_statuses) {
    if (instances.empty()) {
      on_statuses(Statuses());
      return;
    }
    const auto gathered = std::make_shared<GatheredStatuses>();
    gathered->missing = instances.size();
    for (const std::string& instance : instances) {
      gathered->statuses.emplace_back(instance, OrchestrationStatus());
    }
    for (std::size_t i = 0; i < instances.size(); ++i) {
      management_.get_instance_info(instances[i], [gathered, i, on_statuses](auto info) {
        if (info) {
          gathered->statuses[i].second = std::move(info->status);
        } else if (info.error().kind != ClientError::Kind::instance_not_found && !gathered->error) {
          gathered->error = std::move(info).error();
        }
        if (--gathered->missing == 0) {
          if (gathered->error) {
            on_statuses(failure(std::move(*gathered->error)));
          } else {
            on_statuses(std::move(gathered->statuses));
          }
        }
      });
    }
  });
}

}  // namespace duroxide::DUROXIDE_ABI
