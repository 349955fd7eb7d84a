#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/pending_call.hpp>
#include <duroxide/pending_call_options.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The calls of a `ManagementClient`, made at once and answered later: each gives a `PendingCall` of what
/// the blocking call gives, and has its errors, those of `CallOptions`, and `cancelled`. Get one from
/// `ManagementClient::async`; it is a copy of that, and safe to use from any thread.
///
/// What takes many transactions one after the other has no such form (`delete_instance`,
/// `delete_instances`, `prune_instances`, `act_on_instances`), nor has `subscribe`: make these calls on a
/// thread of your own.
class DUROXIDE_API AsyncManagement {
 public:
  explicit AsyncManagement(ManagementClient management, CallOptions options = CallOptions())
      : management_(std::move(management)), options_(std::move(options)) {}

  // --- instances and executions -------------------------------------------------------------------

  [[nodiscard]] PendingCall<std::vector<InstanceSummary>> list_instances(
      const InstanceFilter& filter = {}) const;
  [[nodiscard]] PendingCall<InstancePage> list_page(
      const InstanceFilter& filter, std::uint32_t page_size = 100,
      const std::optional<std::string>& cursor = std::nullopt) const;
  [[nodiscard]] PendingCall<std::uint64_t> count_instances(const InstanceFilter& filter = {}) const;
  [[nodiscard]] PendingCall<InstanceCounts> get_instance_counts() const;

  [[nodiscard]] PendingCall<std::vector<std::string>> list_all_instances() const;
  [[nodiscard]] PendingCall<std::vector<std::string>> list_running_instances() const;
  [[nodiscard]] PendingCall<std::vector<std::string>> list_completed_instances() const;
  [[nodiscard]] PendingCall<std::vector<std::string>> list_failed_instances() const;
  [[nodiscard]] PendingCall<std::vector<std::string>> list_cancelled_instances() const;
  [[nodiscard]] PendingCall<std::vector<std::string>> list_paused_instances() const;
  [[nodiscard]] PendingCall<std::vector<std::string>> list_instances_by_status(
      std::string_view status) const;
  [[nodiscard]] PendingCall<std::vector<InstanceSummary>> find_instances_by_orchestration(
      std::string_view orchestration_name) const;
  [[nodiscard]] PendingCall<std::vector<InstanceSummary>> find_running_instances() const;
  [[nodiscard]] PendingCall<std::vector<InstanceSummary>> find_failed_instances(
      std::optional<Timestamp> since = std::nullopt) const;
  [[nodiscard]] PendingCall<ManagementClient::BulkStatus> get_bulk_status(
      const std::vector<std::string>& instances) const;

  [[nodiscard]] PendingCall<InstanceInfo> get_instance_info(std::string_view instance) const;
  [[nodiscard]] PendingCall<std::optional<InstanceDetails>> get_instance_details(
      std::string_view instance) const;
  [[nodiscard]] PendingCall<InstanceTree> get_instance_tree(
      std::string_view instance, std::optional<std::uint32_t> limit = std::nullopt) const;
  [[nodiscard]] PendingCall<std::vector<std::uint64_t>> list_executions(
      std::string_view instance) const;
  [[nodiscard]] PendingCall<ExecutionInfo> get_execution_info(std::string_view instance,
                                                              std::uint64_t execution_id) const;
  [[nodiscard]] PendingCall<std::vector<Event>> read_execution_history(
      std::string_view instance, std::uint64_t execution_id) const;
  [[nodiscard]] PendingCall<std::vector<Event>> get_execution_history(
      std::string_view instance, std::optional<std::uint64_t> execution_id = std::nullopt) const;
  [[nodiscard]] PendingCall<std::vector<PendingActivity>> list_pending_activities(
      std::string_view instance) const;
  [[nodiscard]] PendingCall<std::vector<InstanceMessage>> list_messages(
      std::string_view instance) const;
  [[nodiscard]] PendingCall<std::vector<QuarantinedItem>> list_quarantined() const;
  [[nodiscard]] PendingCall<std::vector<StuckInstance>> list_stuck(
      const StuckFilter& filter = {}) const;
  [[nodiscard]] PendingCall<std::vector<PausedItem>> list_paused() const;
  [[nodiscard]] PendingCall<QueueDepths> get_queue_depths() const;
  [[nodiscard]] PendingCall<SystemMetrics> get_system_metrics() const;
  [[nodiscard]] PendingCall<std::vector<MetricFamily>> metrics() const;
  [[nodiscard]] PendingCall<SystemHealth> get_system_health() const;
  [[nodiscard]] PendingCall<QueueDepths> get_queue_status() const { return get_queue_depths(); }
  [[nodiscard]] PendingCall<SystemMetrics> get_metrics() const { return get_system_metrics(); }

  // --- acting -------------------------------------------------------------------------------------

  [[nodiscard]] PendingCall<std::uint64_t> release_from_quarantine(std::string_view instance) const;
  [[nodiscard]] PendingCall<PruneResult> prune_executions(std::string_view instance,
                                                          const PruneOptions& options) const;
  [[nodiscard]] PendingCall<void> pause(const PauseScope& scope) const;
  [[nodiscard]] PendingCall<void> resume(const PauseScope& scope) const;
  [[nodiscard]] PendingCall<void> terminate_instance(std::string_view instance,
                                                     std::string_view reason = "terminated") const;
  [[nodiscard]] PendingCall<void> drop_message(std::string_view instance,
                                               std::uint64_t message_id) const;
  [[nodiscard]] PendingCall<RestoredInstance> rewind_instance(
      std::string_view instance, const RewindOptions& options = {}) const;
  [[nodiscard]] PendingCall<RestoredInstance> fork_instance(std::string_view instance,
                                                            std::string_view new_instance,
                                                            const ForkOptions& options = {}) const;
  [[nodiscard]] PendingCall<std::string> export_instance(std::string_view instance) const;
  [[nodiscard]] PendingCall<RestoredInstance> import_instance(
      std::string_view json, const std::optional<std::string>& new_instance = std::nullopt) const;

  /// One that is cancelled goes on in the store, unless `on_progress` ends it.
  [[nodiscard]] PendingCall<BackupResult> backup(const std::filesystem::path& directory,
                                                 const OnProgress& on_progress = {}) const;
  /// Likewise.
  [[nodiscard]] PendingCall<VerifyReport> verify(const OnProgress& on_progress = {}) const;

 private:
  template <class T, class Make>
  [[nodiscard]] PendingCall<T> begin(const Make& make) const {
    return detail::begin_call<T>(management_.call_surroundings(), options_, make);
  }
  [[nodiscard]] PendingCall<std::vector<std::string>> list_ids(
      Result<InstanceFilter, ClientError> filter) const;

  ManagementClient management_;
  CallOptions options_;
};

}  // namespace duroxide::DUROXIDE_ABI
