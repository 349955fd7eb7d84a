#pragma once

#include <duroxide/events.hpp>

namespace duroxide::replay {

/// Whether an event of this kind records a decision of the code, and not something that came to it.
[[nodiscard]] bool is_command(const EventKind& kind);

/// Whether the code, by doing `attempted` (about `source_event_id`), repeats what is recorded. A
/// timer and a custom status are matched by position only: another duration or another text is not
/// another decision.
[[nodiscard]] bool repeats(const Event& recorded, const EventKind& attempted,
                           std::uint64_t source_event_id);

}  // namespace duroxide::replay
