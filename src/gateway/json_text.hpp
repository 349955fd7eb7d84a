#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace duroxide::gateway {

/// A JSON string; `{"base64": "…"}` for bytes that are not UTF-8.
[[nodiscard]] nlohmann::json json_of_text(std::string_view text);
/// Nothing if it is neither.
[[nodiscard]] std::optional<std::string> text_of_json(const nlohmann::json& value);

}  // namespace duroxide::gateway
