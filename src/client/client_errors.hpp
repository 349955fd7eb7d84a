#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <duroxide/client.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/provider_messages.hpp>
#include <duroxide/result.hpp>

namespace duroxide::client {

/// A store's error as a caller of the facades sees it.
[[nodiscard]] ClientError client_error(const ProviderError& error);

/// A store's answer as a caller of the facades sees it.
template <class Answer>
[[nodiscard]] auto outcome(Answer answer) {
  return std::move(answer).map_error(client_error);
}

/// Whether the store could not do it because something that was asked for is damaged, so that it may do
/// the same elsewhere. What a caller gets has no kind of its own for that.
[[nodiscard]] bool is_damage(const ClientError& error);

[[nodiscard]] ClientError not_found(std::string_view instance);
[[nodiscard]] ClientError activity_not_found(const ActivityToken& activity);
/// `what` has not happened, e.g. "instance i has not finished".
[[nodiscard]] ClientError timed_out(std::string_view what, Milliseconds timeout);
/// What the instance's own code said instead of an answer.
[[nodiscard]] ClientError update_error(const provider::UpdateAnswer& answer);
[[nodiscard]] ClientError query_error(const provider::UpdateAnswer& answer);
[[nodiscard]] ClientError no_management();

// Arguments are checked before anything is sent.

using Checked = Result<void, ClientError>;

[[nodiscard]] Checked check_instance(std::string_view instance);
[[nodiscard]] Checked check_start(std::string_view instance, std::string_view orchestration,
                                  const Result<std::string, std::string>& input,
                                  const StartOptions& options);
[[nodiscard]] Checked check_event(std::string_view instance, std::string_view event,
                                  const Result<std::string, std::string>& data,
                                  const RaiseOptions& options);
[[nodiscard]] Checked check_queue_message(std::string_view instance, std::string_view queue,
                                          const Result<std::string, std::string>& message,
                                          const RaiseOptions& options);
[[nodiscard]] Checked check_update(std::string_view instance, std::string_view update,
                                   const Result<std::string, std::string>& input,
                                   const UpdateOptions& options);
[[nodiscard]] Checked check_query(std::string_view instance, std::string_view query,
                                  const Result<std::string, std::string>& input,
                                  Milliseconds timeout);
[[nodiscard]] Checked check_cancel(std::string_view instance, std::string_view reason);
[[nodiscard]] Checked check_timeout(Milliseconds timeout);
[[nodiscard]] Checked check_key(std::string_view instance, std::string_view key);
[[nodiscard]] Checked check_token(const ActivityToken& activity);
[[nodiscard]] Checked check_result(const ActivityToken& activity,
                                   const Result<std::string, std::string>& result);
[[nodiscard]] Checked check_failure(const ActivityToken& activity, std::string_view message);
[[nodiscard]] Checked check_heartbeat(const ActivityToken& activity,
                                      const Result<std::string, std::string>& progress);
[[nodiscard]] Checked check_filter(const InstanceFilter& filter);
[[nodiscard]] Checked check_page(const InstanceFilter& filter, std::uint32_t page_size);
[[nodiscard]] Checked check_prune(std::string_view instance, const PruneOptions& options);
[[nodiscard]] Checked check_prune(const PruneOptions& options);
[[nodiscard]] Checked check_pause(const PauseScope& scope);
[[nodiscard]] Checked check_changes(const ChangeFilter& filter, std::uint32_t capacity);
[[nodiscard]] Checked check_fork(std::string_view instance, std::string_view new_instance);

}  // namespace duroxide::client
