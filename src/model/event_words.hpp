#pragma once

#include <string>

#include <duroxide/events.hpp>

namespace duroxide::model {

/// As `describe`, with what the event carries: `ActivityScheduled("Charge") with input `500``. Long texts
/// are cut. For those who compare two events that may differ in nothing else.
[[nodiscard]] std::string describe_with_data(const EventKind& kind);

}  // namespace duroxide::model
