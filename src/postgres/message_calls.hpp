#pragma once

#include <optional>
#include <string>

#include <duroxide/errors.hpp>
#include <duroxide/provider_messages.hpp>

#include "postgres/call_context.hpp"
#include "postgres/request.hpp"

namespace duroxide::postgres {

/// A message that a client sends. `function` is `accept_message`, or `raise_with_start` behind a start. Throws
/// `Refusal`.
[[nodiscard]] Call message_call(const char* function, const WorkItem& item,
                                const std::optional<Milliseconds>& delay,
                                const std::optional<std::string>& key, const CallContext& context);
/// What the code that it has answered means; none if it was accepted.
[[nodiscard]] std::optional<ProviderError> message_error(const char* operation, const Rows& answer,
                                                         const std::string& instance,
                                                         const std::optional<std::string>& key);

/// Throws `Refusal` for a message that is wrong itself.
void check_message(const WorkItem& item);

}  // namespace duroxide::postgres
