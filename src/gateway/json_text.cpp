#include "gateway/json_text.hpp"

#include "model/json_text.hpp"
#include "model/limits.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

}  // namespace

json json_of_text(std::string_view text) {
  if (model::is_utf8(text)) {
    return std::string(text);
  }
  return {{"base64", model::to_base64(text)}};
}

std::optional<std::string> text_of_json(const json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_object() && value.size() == 1 && value.contains("base64") &&
      value["base64"].is_string()) {
    return model::from_base64(value["base64"].get_ref<const std::string&>());
  }
  return std::nullopt;
}

}  // namespace duroxide::gateway
