#pragma once

// What calls that ask the code of an instance for an update have in common.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/client.hpp>
#include <duroxide/provider_messages.hpp>

namespace duroxide::client {

/// With the id of the options, or else a random one. The arguments were checked.
[[nodiscard]] provider::AskUpdate make_ask(std::string_view instance, std::string_view name,
                                           std::string input, const UpdateOptions& options,
                                           std::uint64_t wait_id);

/// The output, or why there is none: what the code said, as `error_of` tells it.
[[nodiscard]] Client::Updated updated(const provider::UpdateAnswer& answer,
                                      ClientError (*error_of)(const provider::UpdateAnswer&));

/// Nobody has answered it in time.
[[nodiscard]] ClientError update_timed_out(const work::UpdateRequest& update,
                                           const std::optional<Milliseconds>& timeout);

}  // namespace duroxide::client
