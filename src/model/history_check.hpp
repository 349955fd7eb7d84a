#pragma once

#include <vector>

#include <duroxide/events.hpp>

#include "model/flaw.hpp"

namespace duroxide::model {

/// Finds what no engine can have written: a history that does not begin with its start, has events out
/// of order, or an answer to something that was never asked before. Whether the code still does the
/// same is another question.
[[nodiscard]] Checked check_history(const std::vector<Event>& history);

/// Whether the execution has ended, whatever stands behind its end.
[[nodiscard]] bool has_ended(const std::vector<Event>& history);

}  // namespace duroxide::model
