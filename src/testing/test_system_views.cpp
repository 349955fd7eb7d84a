// What a test system shows of its instances.

#include <utility>

#include <duroxide/management.hpp>

#include "testing/test_system_impl.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

/// A list for people.
class Waits {
 public:
  void add(const std::string& what) { text_ += (text_.empty() ? "" : ", ") + what; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string in_ticks(const std::string& name) {
  return "`" + name + "`";
}

std::string describe_waits(const ExecutionDetails& execution) {
  Waits waits;
  for (const PendingActivity& each : execution.pending_activities) {
    waits.add("activity " + in_ticks(each.name) +
              (each.waiting_for ? " (" + *each.waiting_for + ")" : std::string()));
  }
  for (const PendingTimer& each : execution.pending_timers) {
    waits.add("a timer of " + std::to_string(each.delay_ms) + " ms");
  }
  for (const PendingEvent& each : execution.pending_events) {
    waits.add((each.is_queue ? "a message of queue " : "event ") + in_ticks(each.name));
  }
  for (const PendingChild& each : execution.pending_children) {
    waits.add("child " + in_ticks(each.instance));
  }
  return waits.take();
}

}  // namespace

std::string TestSystem::Impl::waits_for(std::string_view instance) {
  const InstanceInfo info = inspect(
      [&](const ManagementClient& management) { return management.get_instance_info(instance); });
  if (info.status.is_terminal()) {
    return {};
  }
  if (info.waiting_for) {
    return *info.waiting_for;
  }
  const auto details = inspect([&](const ManagementClient& management) {
    return management.get_instance_details(instance);
  });
  std::string waits = details && details->current_execution
                          ? describe_waits(*details->current_execution)
                          : std::string();
  return waits.empty() ? "its turn" : waits;
}

History TestSystem::history(std::string_view instance, std::optional<std::uint64_t> execution) {
  return History(impl_->inspect([&](const ManagementClient& management) {
    return management.get_execution_history(instance, execution);
  }));
}

std::string TestSystem::waits_for(std::string_view instance) {
  return impl_->waits_for(instance);
}

std::map<std::string, std::string> TestSystem::outcomes() {
  std::map<std::string, std::string> all;
  const auto instances = impl_->inspect(
      [](const ManagementClient& management) { return management.list_all_instances(); });
  for (const std::string& each : instances) {
    all.emplace(each, status(each).to_string());
  }
  return all;
}

std::string TestSystem::exported(std::string_view instance) {
  return impl_->inspect(
      [&](const ManagementClient& management) { return management.export_instance(instance); });
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
