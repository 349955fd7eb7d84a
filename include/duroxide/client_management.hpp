#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/result.hpp>

namespace duroxide {

/// The calls of `ManagementClient` that only look, for a client that has `management()`. Each blocks,
/// may be made from any thread, and means what it does there. Errors: those it has there;
/// `management_not_available` if the store has no management, or does not offer this call.
template <class Self>
class ManagementCalls {
 public:
  template <class T>
  using Answer = Result<T, ClientError>;

  [[nodiscard]] Answer<std::vector<InstanceSummary>> list_instances(
      const InstanceFilter& filter = {}) const {
    return ask([&](const auto& management) { return management.list_instances(filter); });
  }
  [[nodiscard]] Answer<std::vector<std::string>> list_all_instances() const {
    return ask([](const auto& management) { return management.list_all_instances(); });
  }
  [[nodiscard]] Answer<std::vector<std::string>> list_running_instances() const {
    return ask([](const auto& management) { return management.list_running_instances(); });
  }
  [[nodiscard]] Answer<std::vector<std::string>> list_completed_instances() const {
    return ask([](const auto& management) { return management.list_completed_instances(); });
  }
  [[nodiscard]] Answer<std::vector<std::string>> list_failed_instances() const {
    return ask([](const auto& management) { return management.list_failed_instances(); });
  }
  [[nodiscard]] Answer<std::vector<std::string>> list_cancelled_instances() const {
    return ask([](const auto& management) { return management.list_cancelled_instances(); });
  }
  [[nodiscard]] Answer<std::vector<std::string>> list_paused_instances() const {
    return ask([](const auto& management) { return management.list_paused_instances(); });
  }
  [[nodiscard]] Answer<std::vector<std::string>> list_instances_by_status(
      std::string_view status) const {
    return ask([&](const auto& management) { return management.list_instances_by_status(status); });
  }
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_instances_by_orchestration(
      std::string_view orchestration_name) const {
    return ask([&](const auto& management) {
      return management.find_instances_by_orchestration(orchestration_name);
    });
  }
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_running_instances() const {
    return ask([](const auto& management) { return management.find_running_instances(); });
  }
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_failed_instances(
      std::optional<Timestamp> since = std::nullopt) const {
    return ask([&](const auto& management) { return management.find_failed_instances(since); });
  }
  [[nodiscard]] Answer<InstanceInfo> get_instance_info(std::string_view instance) const {
    return ask([&](const auto& management) { return management.get_instance_info(instance); });
  }
  [[nodiscard]] Answer<std::optional<InstanceDetails>> get_instance_details(
      std::string_view instance) const {
    return ask([&](const auto& management) { return management.get_instance_details(instance); });
  }
  [[nodiscard]] Answer<std::vector<std::uint64_t>> list_executions(
      std::string_view instance) const {
    return ask([&](const auto& management) { return management.list_executions(instance); });
  }
  [[nodiscard]] Answer<ExecutionInfo> get_execution_info(std::string_view instance,
                                                         std::uint64_t execution_id) const {
    return ask([&](const auto& management) {
      return management.get_execution_info(instance, execution_id);
    });
  }
  [[nodiscard]] Answer<std::vector<Event>> read_execution_history(
      std::string_view instance, std::uint64_t execution_id) const {
    return ask([&](const auto& management) {
      return management.read_execution_history(instance, execution_id);
    });
  }
  [[nodiscard]] Answer<std::vector<Event>> get_execution_history(
      std::string_view instance, std::optional<std::uint64_t> execution_id = std::nullopt) const {
    return ask([&](const auto& management) {
      return management.get_execution_history(instance, execution_id);
    });
  }
  [[nodiscard]] Answer<SystemMetrics> get_system_metrics() const {
    return ask([](const auto& management) { return management.get_system_metrics(); });
  }
  [[nodiscard]] Answer<SystemMetrics> get_metrics() const { return get_system_metrics(); }
  [[nodiscard]] Answer<SystemHealth> get_system_health() const {
    return ask([](const auto& management) { return management.get_system_health(); });
  }
  [[nodiscard]] Answer<QueueDepths> get_queue_depths() const {
    return ask([](const auto& management) { return management.get_queue_depths(); });
  }
  [[nodiscard]] Answer<QueueDepths> get_queue_status() const { return get_queue_depths(); }

 protected:
  ManagementCalls() = default;

 private:
  template <class Call>
  [[nodiscard]] std::invoke_result_t<const Call&, const ManagementClient&> ask(
      const Call& call) const {
    auto management = static_cast<const Self&>(*this).management();
    if (!management) {
      return failure(std::move(management).error());
    }
    return call(std::as_const(*management));
  }
};

}  // namespace duroxide
