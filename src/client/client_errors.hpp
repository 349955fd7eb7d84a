#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <duroxide/client.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/management_types.hpp>

namespace duroxide::client {

/// A store's error as a caller of the facades sees it.
[[nodiscard]] ClientError client_error(const ProviderError& error);

[[nodiscard]] ClientError not_found(std::string_view instance);
[[nodiscard]] ClientError timed_out(std::string_view instance, Milliseconds timeout);
[[nodiscard]] ClientError no_management();

// What is wrong with arguments; nothing if they are good. Checked before anything is sent.

using Problem = std::optional<ClientError>;

[[nodiscard]] Problem check_instance(std::string_view instance);
[[nodiscard]] Problem check_start(std::string_view instance, std::string_view orchestration,
                                  const Result<std::string, std::string>& input,
                                  const StartOptions& options);
[[nodiscard]] Problem check_event(std::string_view instance, std::string_view event,
                                  const Result<std::string, std::string>& data);
[[nodiscard]] Problem check_cancel(std::string_view instance, std::string_view reason);
[[nodiscard]] Problem check_filter(const InstanceFilter& filter);

}  // namespace duroxide::client
