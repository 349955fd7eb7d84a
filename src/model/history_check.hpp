#pragma once

#include <string>
#include <vector>

#include <duroxide/events.hpp>

namespace duroxide::model {

/// What no engine can have written: a history that does not begin with its start, has events out of
/// order, or an answer to something that was never asked before. Returns an empty string if there is
/// nothing of the kind. Whether the code still does the same is another question.
[[nodiscard]] std::string find_damage(const std::vector<Event>& history);

/// Whether the execution has ended, whatever stands behind its end.
[[nodiscard]] bool has_ended(const std::vector<Event>& history);

}  // namespace duroxide::model
