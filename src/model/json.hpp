#pragma once

// The model as JSON, for people and programs. Members keep their order. Nothing is lost: what is
// left out has its usual value (0, empty, none).

#include <string_view>

#include <nlohmann/json.hpp>

#include <duroxide/clock.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::model {

using Json = nlohmann::ordered_json;

/// A string, or `{"base64": "…"}` if it is not UTF-8.
[[nodiscard]] Json text_to_json(std::string_view text);
/// `{"name": "value"}`, by name.
[[nodiscard]] Json headers_to_json(const Headers& headers);
/// ISO 8601 in UTC with milliseconds, or a number of milliseconds since 1970 outside 1970 to 9999.
[[nodiscard]] Json time_to_json(Timestamp time);

/// `{"event_id": 2, "timestamp": "…", "type": "ActivityScheduled", …}`
[[nodiscard]] Json to_json_value(const Event& event);
/// `{"type": "ExternalRaised", "instance": …}`
[[nodiscard]] Json to_json_value(const WorkItem& item);
[[nodiscard]] Json to_json_value(const ErrorDetails& details);

/// `StartOrchestration`, `ContinueAsNew`, …
[[nodiscard]] std::string_view work_item_type(const WorkItem& item);

}  // namespace duroxide::model
