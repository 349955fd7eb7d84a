#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/client.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/management_types.hpp>

namespace duroxide::client {

/// A store's error as a caller of the facades sees it.
[[nodiscard]] ClientError client_error(const ProviderError& error);

/// A store's answer as a caller of the facades sees it.
template <class Answer>
[[nodiscard]] auto outcome(Answer answer) {
  return std::move(answer).map_error(client_error);
}

[[nodiscard]] ClientError not_found(std::string_view instance);
[[nodiscard]] ClientError activity_not_found(const ActivityToken& activity);
/// `what` has not happened, e.g. "instance i has not finished".
[[nodiscard]] ClientError timed_out(std::string_view what, Milliseconds timeout);
[[nodiscard]] ClientError no_management();

// What is wrong with arguments; nothing if they are good. Checked before anything is sent.

using Problem = std::optional<ClientError>;

[[nodiscard]] Problem check_instance(std::string_view instance);
[[nodiscard]] Problem check_start(std::string_view instance, std::string_view orchestration,
                                  const Result<std::string, std::string>& input,
                                  const StartOptions& options);
[[nodiscard]] Problem check_event(std::string_view instance, std::string_view event,
                                  const Result<std::string, std::string>& data);
[[nodiscard]] Problem check_queue_message(std::string_view instance, std::string_view queue,
                                          const Result<std::string, std::string>& message);
[[nodiscard]] Problem check_cancel(std::string_view instance, std::string_view reason);
[[nodiscard]] Problem check_timeout(Milliseconds timeout);
[[nodiscard]] Problem check_key(std::string_view instance, std::string_view key);
[[nodiscard]] Problem check_token(const ActivityToken& activity);
[[nodiscard]] Problem check_result(const ActivityToken& activity,
                                   const Result<std::string, std::string>& result);
[[nodiscard]] Problem check_failure(const ActivityToken& activity, std::string_view message);
[[nodiscard]] Problem check_heartbeat(const ActivityToken& activity,
                                      const Result<std::string, std::string>& progress);
[[nodiscard]] Problem check_filter(const InstanceFilter& filter);
[[nodiscard]] Problem check_page(const InstanceFilter& filter, std::uint32_t page_size);
[[nodiscard]] Problem check_prune(std::string_view instance, const PruneOptions& options);
[[nodiscard]] Problem check_prune(const PruneOptions& options);
[[nodiscard]] Problem check_pause(const PauseScope& scope);
[[nodiscard]] Problem check_changes(const ChangeFilter& filter, std::uint32_t capacity);
[[nodiscard]] Problem check_fork(std::string_view instance, std::string_view new_instance);

}  // namespace duroxide::client
