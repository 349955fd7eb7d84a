#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include <duroxide/events.hpp>

namespace duroxide::gateway {

/// An event as an export has it, and with it `description`, a line for people.
[[nodiscard]] nlohmann::json json_of_event(const Event& event);
[[nodiscard]] nlohmann::json json_of_events(const std::vector<Event>& events);

}  // namespace duroxide::gateway
