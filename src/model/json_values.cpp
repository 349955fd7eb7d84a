#include "model/json_io.hpp"
#include "model/limits.hpp"

namespace duroxide::model {

Json text_to_json(std::string_view text) {
  if (is_utf8(text)) {
    return text;
  }
  return Json{{"base64", to_base64(text)}};
}

Json headers_to_json(const Headers& headers) {
  Json object = Json::object();
  for (const auto& [name, value] : headers) {
    object[name] = text_to_json(value);
  }
  return object;
}

Json time_to_json(Timestamp time) {
  if (auto iso = to_iso(time)) {
    return std::move(*iso);
  }
  return to_milliseconds(time);
}

Json to_json_value(const Event& event) {
  return JsonWriter::write(event);
}

Json to_json_value(const WorkItem& item) {
  return JsonWriter::write(item);
}

Json to_json_value(const ErrorDetails& details) {
  return JsonWriter::write(details);
}

std::string_view work_item_type(const WorkItem& item) {
  return std::visit([]<class Message>(const Message&) { return MessageOf<Message>::name; }, item);
}

}  // namespace duroxide::model
