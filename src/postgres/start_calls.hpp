#pragma once

#include <optional>
#include <string>
#include <vector>

#include <duroxide/provider_messages.hpp>
#include <duroxide/result.hpp>

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

/// The first turn of an instance, which was handed out before that is started, by numbers that were reserved.
struct FirstTurnAhead {
  std::int64_t number = 0;  ///< of the instance
  std::int64_t incarnation = 0;
  std::int64_t holder = 0;
  provider::LockToken token = 0;
};

/// Adds the calls of a start by a client. `turn`: its first turn, if that was handed out. Throws `Refusal`.
void add_start(std::vector<Call>& calls, const provider::StartOrFind& request,
               const CallContext& context, const FirstTurnAhead* turn = nullptr);
/// Whether the database has leased its first turn as it was handed out.
[[nodiscard]] bool has_leased_turn(const Answers& answers);
/// What they have answered, being the first of `answers`. Errors: why it was not started.
[[nodiscard]] Result<provider::StartedOrFound, ProviderError> start_outcome(
    const char* operation, const Answers& answers, const provider::StartOrFind& request);
/// The instances that it has taken out, to take the place of one of them.
[[nodiscard]] std::vector<std::string> removed_by_start(const Answers& answers,
                                                        const provider::StartOrFind& request);

/// A start by the turn with that fencing number. Throws `Refusal`.
[[nodiscard]] Call start_of_turn_call(const work::StartOrchestration& start,
                                      provider::LockToken token, const CallContext& context);

}  // namespace duroxide::postgres
