#pragma once

// From what clients answer to what commands do.

#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "gateway/command.hpp"
#include "gateway/json_types.hpp"

namespace duroxide::gateway {

/// The answer is the result.
template <class Answer>
[[nodiscard]] CommandResult as_result(const Answer& answer) {
  if (!answer) {
    return failure(CommandError(answer.error()));
  }
  return json_of(*answer);
}

/// The same, of a request whose arguments make sense.
template <class Answer>
[[nodiscard]] CommandResult unless_refused(const Answer& answer) {
  if (!answer) {
    return failure(refused_by_state(answer.error()));
  }
  return json_of(*answer);
}

/// The error of the first answer that has one.
template <class... Answers>
[[nodiscard]] std::optional<CommandError> first_error(const Answers&... answers) {
  std::optional<CommandError> first;
  const auto look = [&first](const auto& answer) {
    if (!answer && !first) {
      first.emplace(answer.error());
    }
  };
  (look(answers), ...);
  return first;
}

}  // namespace duroxide::gateway
