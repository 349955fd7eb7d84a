// The calls of a client as pending ones: each is its callback form, begun as a call that can be taken
// back.

#include <duroxide/async_client.hpp>

#include "client/client_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

AsyncClient Client::async() const {
  return AsyncClient(*this);
}

AsyncClient Client::async(const CallOptions& options) const {
  return AsyncClient(*this, options);
}

const detail::CallSurroundings& Client::call_surroundings() const {
  return impl_->surroundings;
}

PendingCall<StartResult> AsyncClient::start_text(std::string_view instance,
                                                 std::string_view orchestration, Text input,
                                                 const StartOptions& options) const {
  return begin<StartResult>([&](auto on_started) {
    client_.start_text(instance, orchestration, std::move(input), options, std::move(on_started));
  });
}

PendingCall<StartResult> AsyncClient::start_with_event_text(
    std::string_view instance, std::string_view orchestration, Text input, std::string_view event,
    Text data, const StartOptions& options, const RaiseOptions& raise_options) const {
  return begin<StartResult>([&](auto on_started) {
    client_.start_with_event_text(instance, orchestration, std::move(input), event, std::move(data),
                                  options, raise_options, std::move(on_started));
  });
}

PendingCall<void> AsyncClient::raise_text(std::string_view instance, std::string_view event,
                                          Text data, const RaiseOptions& options) const {
  return begin<void>([&](auto on_done) {
    client_.raise_text(instance, event, std::move(data), options, std::move(on_done));
  });
}

PendingCall<void> AsyncClient::enqueue_text(std::string_view instance, std::string_view queue,
                                            Text data, const RaiseOptions& options) const {
  return begin<void>([&](auto on_done) {
    client_.enqueue_text(instance, queue, std::move(data), options, std::move(on_done));
  });
}

PendingCall<void> AsyncClient::cancel_orchestration(std::string_view instance,
                                                    std::string_view reason) const {
  return begin<void>(
      [&](auto on_done) { client_.cancel_orchestration(instance, reason, std::move(on_done)); });
}

PendingCall<OrchestrationStatus> AsyncClient::get_orchestration_status(
    std::string_view instance) const {
  return begin<OrchestrationStatus>(
      [&](auto on_status) { client_.get_orchestration_status(instance, std::move(on_status)); });
}

PendingCall<AsyncClient::BulkStatus> AsyncClient::get_bulk_status(
    const std::vector<std::string>& instances) const {
  return begin<BulkStatus>(
      [&](auto on_status) { client_.get_bulk_status(instances, std::move(on_status)); });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_for_start(std::string_view instance) const {
  return begin<OrchestrationStatus>([&](auto on_status) {
    client_.wait_for_start(instance, Client::OnStatus(std::move(on_status)));
  });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_for_start_milliseconds(
    std::string_view instance, Milliseconds timeout) const {
  return begin<OrchestrationStatus>([&](auto on_status) {
    client_.wait_for_start_milliseconds(instance, timeout, std::move(on_status));
  });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_for_first_turn(std::string_view instance) const {
  return begin<OrchestrationStatus>([&](auto on_status) {
    client_.wait_for_first_turn(instance, Client::OnStatus(std::move(on_status)));
  });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_for_first_turn_milliseconds(
    std::string_view instance, Milliseconds timeout) const {
  return begin<OrchestrationStatus>([&](auto on_status) {
    client_.wait_for_first_turn_milliseconds(instance, timeout, std::move(on_status));
  });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_for_completion(std::string_view instance) const {
  return begin<OrchestrationStatus>([&](auto on_status) {
    client_.wait_for_completion(instance, Client::OnStatus(std::move(on_status)));
  });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_milliseconds(std::string_view instance,
                                                                Milliseconds timeout) const {
  return begin<OrchestrationStatus>(
      [&](auto on_status) { client_.wait_milliseconds(instance, timeout, std::move(on_status)); });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_for_status_change(
    std::string_view instance, std::uint64_t last_seen) const {
  return begin<OrchestrationStatus>([&](auto on_status) {
    client_.wait_for_status_change(instance, last_seen, Client::OnStatus(std::move(on_status)));
  });
}

PendingCall<OrchestrationStatus> AsyncClient::wait_for_change_milliseconds(
    std::string_view instance, std::uint64_t last_seen, Milliseconds timeout) const {
  return begin<OrchestrationStatus>([&](auto on_status) {
    client_.wait_for_change_milliseconds(instance, last_seen, timeout, std::move(on_status));
  });
}

PendingCall<std::optional<StoredValue>> AsyncClient::get_value(std::string_view instance,
                                                               std::string_view key) const {
  return begin<std::optional<StoredValue>>(
      [&](auto on_value) { client_.get_value(instance, key, std::move(on_value)); });
}

PendingCall<std::vector<StoredValue>> AsyncClient::get_all_values(std::string_view instance) const {
  return begin<std::vector<StoredValue>>(
      [&](auto on_values) { client_.get_all_values(instance, std::move(on_values)); });
}

PendingCall<std::optional<StoredValue>> AsyncClient::wait_for_value(
    std::string_view instance, std::string_view key, std::uint64_t after_version) const {
  return begin<std::optional<StoredValue>>([&](auto on_value) {
    client_.wait_for_value(instance, key, after_version, Client::OnValue(std::move(on_value)));
  });
}

PendingCall<std::optional<StoredValue>> AsyncClient::wait_for_value_milliseconds(
    std::string_view instance, std::string_view key, std::uint64_t after_version,
    Milliseconds timeout) const {
  return begin<std::optional<StoredValue>>([&](auto on_value) {
    client_.wait_for_value_milliseconds(instance, key, after_version, timeout, std::move(on_value));
  });
}

PendingCall<void> AsyncClient::complete_text(const ActivityToken& activity, Text result) const {
  return begin<void>([&](auto on_done) {
    client_.complete_text(activity, std::move(result), std::move(on_done));
  });
}

PendingCall<void> AsyncClient::fail_activity(const ActivityToken& activity,
                                             std::string message) const {
  return fail_activity(activity, ApplicationError(message));
}

PendingCall<void> AsyncClient::fail_activity(const ActivityToken& activity,
                                             const ApplicationError& error) const {
  return begin<void>(
      [&](auto on_done) { client_.fail_activity(activity, error, std::move(on_done)); });
}

PendingCall<void> AsyncClient::heartbeat_text(const ActivityToken& activity, Text progress) const {
  return begin<void>([&](auto on_done) {
    client_.heartbeat_text(activity, std::move(progress), std::move(on_done));
  });
}

}  // namespace duroxide::DUROXIDE_ABI
