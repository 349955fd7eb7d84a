#include "gateway/event_json.hpp"

#include "gateway/json_text.hpp"
#include "model/json.hpp"

namespace duroxide::gateway {

nlohmann::json json_of_event(const Event& event) {
  nlohmann::json value(model::to_json_value(event));
  value["description"] = json_of_text(describe(event.kind));
  return value;
}

nlohmann::json json_of_events(const std::vector<Event>& events) {
  nlohmann::json array = nlohmann::json::array();
  for (const Event& event : events) {
    array.push_back(json_of_event(event));
  }
  return array;
}

}  // namespace duroxide::gateway
