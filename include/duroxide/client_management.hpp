#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The calls of `ManagementClient` that only look, for a client that has `management()`. Each blocks,
/// may be made from any thread, and means what it does there. Errors: those it has there;
/// `management_not_available` if the store has no management, or does not offer this call. Only
/// `Client` has them, so they are defined in the library.
template <class Self>
class DUROXIDE_API ManagementCalls {
 public:
  template <class T>
  using Answer = Result<T, ClientError>;

  [[nodiscard]] Answer<std::vector<InstanceSummary>> list_instances(
      const InstanceFilter& filter = {}) const;
  [[nodiscard]] Answer<std::vector<std::string>> list_all_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_running_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_completed_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_failed_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_cancelled_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_paused_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_instances_by_status(
      std::string_view status) const;
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_instances_by_orchestration(
      std::string_view orchestration_name) const;
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_running_instances() const;
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_failed_instances(
      std::optional<Timestamp> since = std::nullopt) const;
  [[nodiscard]] Answer<InstanceInfo> get_instance_info(std::string_view instance) const;
  [[nodiscard]] Answer<std::optional<InstanceDetails>> get_instance_details(
      std::string_view instance) const;
  [[nodiscard]] Answer<std::vector<std::uint64_t>> list_executions(std::string_view instance) const;
  [[nodiscard]] Answer<ExecutionInfo> get_execution_info(std::string_view instance,
                                                         std::uint64_t execution_id) const;
  [[nodiscard]] Answer<std::vector<Event>> read_execution_history(std::string_view instance,
                                                                  std::uint64_t execution_id) const;
  [[nodiscard]] Answer<std::vector<Event>> get_execution_history(
      std::string_view instance, std::optional<std::uint64_t> execution_id = std::nullopt) const;
  [[nodiscard]] Answer<SystemMetrics> get_system_metrics() const;
  [[nodiscard]] Answer<SystemMetrics> get_metrics() const;
  [[nodiscard]] Answer<SystemHealth> get_system_health() const;
  [[nodiscard]] Answer<QueueDepths> get_queue_depths() const;
  [[nodiscard]] Answer<QueueDepths> get_queue_status() const;

 protected:
  ManagementCalls() = default;

 private:
  template <class Call>
  [[nodiscard]] auto ask(const Call& call) const;
};

class Client;
extern template class ManagementCalls<Client>;

}  // namespace duroxide::DUROXIDE_ABI
