#pragma once

#include <optional>
#include <string>

#include <duroxide/provider_messages.hpp>

#include "postgres/call_context.hpp"
#include "postgres/request.hpp"

namespace duroxide::postgres {

/// What separates orchestration and version in the column `code` of `turns`. No name has it.
inline constexpr char between_name_and_version = '\1';

/// What the first turn of an instance, or of its next execution, needs.
[[nodiscard]] std::string code_of(const std::string& orchestration,
                                  const std::optional<std::string>& version);

/// Throws `Refusal`.
void check_start(const work::StartOrchestration& start);
void check_delay(const std::optional<Milliseconds>& delay);

/// A start by a client.
[[nodiscard]] Call start_call(const provider::StartOrFind& request, const CallContext& context);
/// What the code that it has answered means: none if the instance was started, or found and will do.
[[nodiscard]] std::optional<ProviderError> start_error(const char* operation, const Rows& answer,
                                                       const work::StartOrchestration& start);
/// Whether it was made, by this very request.
[[nodiscard]] bool was_created(const Rows& answer);

/// A start by the turn with that fencing number. Throws `Refusal`.
[[nodiscard]] Call start_of_turn_call(const work::StartOrchestration& start,
                                      provider::LockToken token, const CallContext& context);

}  // namespace duroxide::postgres
