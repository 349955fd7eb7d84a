// The calls of management that a client has too.

#include <duroxide/client_management.hpp>

#include <type_traits>
#include <utility>

#include <duroxide/client.hpp>

namespace duroxide::DUROXIDE_ABI {

template <class Self>
template <class Call>
auto ManagementCalls<Self>::ask(const Call& call) const {
  using Answered = std::invoke_result_t<const Call&, const ManagementClient&>;
  auto management = static_cast<const Self&>(*this).management();
  if (!management) {
    return Answered(failure(std::move(management).error()));
  }
  return call(std::as_const(*management));
}

template <class Self>
auto ManagementCalls<Self>::list_instances(const InstanceFilter& filter) const
    -> Answer<std::vector<InstanceSummary>> {
  return ask([&](const auto& management) { return management.list_instances(filter); });
}

template <class Self>
auto ManagementCalls<Self>::list_all_instances() const -> Answer<std::vector<std::string>> {
  return ask([](const auto& management) { return management.list_all_instances(); });
}

template <class Self>
auto ManagementCalls<Self>::list_running_instances() const -> Answer<std::vector<std::string>> {
  return ask([](const auto& management) { return management.list_running_instances(); });
}

template <class Self>
auto ManagementCalls<Self>::list_completed_instances() const -> Answer<std::vector<std::string>> {
  return ask([](const auto& management) { return management.list_completed_instances(); });
}

template <class Self>
auto ManagementCalls<Self>::list_failed_instances() const -> Answer<std::vector<std::string>> {
  return ask([](const auto& management) { return management.list_failed_instances(); });
}

template <class Self>
auto ManagementCalls<Self>::list_cancelled_instances() const -> Answer<std::vector<std::string>> {
  return ask([](const auto& management) { return management.list_cancelled_instances(); });
}

template <class Self>
auto ManagementCalls<Self>::list_paused_instances() const -> Answer<std::vector<std::string>> {
  return ask([](const auto& management) { return management.list_paused_instances(); });
}

template <class Self>
auto ManagementCalls<Self>::list_instances_by_status(std::string_view status) const
    -> Answer<std::vector<std::string>> {
  return ask([&](const auto& management) { return management.list_instances_by_status(status); });
}

template <class Self>
auto ManagementCalls<Self>::find_instances_by_orchestration(
    std::string_view orchestration_name) const -> Answer<std::vector<InstanceSummary>> {
  return ask([&](const auto& management) {
    return management.find_instances_by_orchestration(orchestration_name);
  });
}

template <class Self>
auto ManagementCalls<Self>::find_running_instances() const -> Answer<std::vector<InstanceSummary>> {
  return ask([](const auto& management) { return management.find_running_instances(); });
}

template <class Self>
auto ManagementCalls<Self>::find_failed_instances(std::optional<Timestamp> since) const
    -> Answer<std::vector<InstanceSummary>> {
  return ask([&](const auto& management) { return management.find_failed_instances(since); });
}

template <class Self>
auto ManagementCalls<Self>::get_instance_info(std::string_view instance) const
    -> Answer<InstanceInfo> {
  return ask([&](const auto& management) { return management.get_instance_info(instance); });
}

template <class Self>
auto ManagementCalls<Self>::get_instance_details(std::string_view instance) const
    -> Answer<std::optional<InstanceDetails>> {
  return ask([&](const auto& management) { return management.get_instance_details(instance); });
}

template <class Self>
auto ManagementCalls<Self>::list_executions(std::string_view instance) const
    -> Answer<std::vector<std::uint64_t>> {
  return ask([&](const auto& management) { return management.list_executions(instance); });
}

template <class Self>
auto ManagementCalls<Self>::get_execution_info(std::string_view instance,
                                               std::uint64_t execution_id) const
    -> Answer<ExecutionInfo> {
  return ask([&](const auto& management) {
    return management.get_execution_info(instance, execution_id);
  });
}

template <class Self>
auto ManagementCalls<Self>::read_execution_history(std::string_view instance,
                                                   std::uint64_t execution_id) const
    -> Answer<std::vector<Event>> {
  return ask([&](const auto& management) {
    return management.read_execution_history(instance, execution_id);
  });
}

template <class Self>
auto ManagementCalls<Self>::get_execution_history(std::string_view instance,
                                                  std::optional<std::uint64_t> execution_id) const
    -> Answer<std::vector<Event>> {
  return ask([&](const auto& management) {
    return management.get_execution_history(instance, execution_id);
  });
}

template <class Self>
auto ManagementCalls<Self>::get_system_metrics() const -> Answer<SystemMetrics> {
  return ask([](const auto& management) { return management.get_system_metrics(); });
}

template <class Self>
auto ManagementCalls<Self>::get_metrics() const -> Answer<SystemMetrics> {
  return get_system_metrics();
}

template <class Self>
auto ManagementCalls<Self>::get_system_health() const -> Answer<SystemHealth> {
  return ask([](const auto& management) { return management.get_system_health(); });
}

template <class Self>
auto ManagementCalls<Self>::get_queue_depths() const -> Answer<QueueDepths> {
  return ask([](const auto& management) { return management.get_queue_depths(); });
}

template <class Self>
auto ManagementCalls<Self>::get_queue_status() const -> Answer<QueueDepths> {
  return get_queue_depths();
}

template class ManagementCalls<Client>;

}  // namespace duroxide::DUROXIDE_ABI
