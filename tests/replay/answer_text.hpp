#pragma once

#include <string>

#include "replay/execution.hpp"

namespace duroxide::replay::test {

/// The answer to an update or a query, with `!` in front of an error, and `?` in front of a refusal.
inline std::string text_of(const UpdateAnswer& answer) {
  const std::string mark = answer.refused ? "?" : "!";
  return answer.error ? mark + answer.error->message : answer.output.text();
}

}  // namespace duroxide::replay::test
