#include "model/json_io.hpp"

namespace duroxide::model {

std::string Place::pointer() const {
  if (parent == nullptr) {
    return {};
  }
  return parent->pointer() + "/" + (member != nullptr ? member : std::to_string(index));
}

tl::unexpected<Flaw> flaw_at(const Place& place, const std::string& what) {
  const std::string pointer = place.pointer();
  return flaw((pointer.empty() ? "at the top" : "at " + pointer) + ": " + what);
}

JsonReader::JsonReader(const ParsedJson& object, const Place& place)
    : object_(object), place_(place) {
  if (!object.is_object()) {
    checked_ = flaw_at(place, "an object is expected");
  }
}

const ParsedJson* JsonReader::find(const char* name) {
  asked_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

Checked JsonReader::finish() const {
  if (!checked_) {
    return checked_;
  }
  for (const auto& [name, value] : object_.items()) {
    if (asked_.count(name) == 0) {
      return flaw_at(place_, "nothing is known of a member `" + name.substr(0, 60) + "`");
    }
  }
  return {};
}

Checked JsonReader::read(const ParsedJson& json, const Place& place, std::string& text) {
  if (json.is_string()) {
    text = json.get_ref<const std::string&>();
    return {};
  }
  const auto bytes = json.is_object() && json.size() == 1 ? json.find("base64") : json.end();
  if (!json.is_object() || bytes == json.end() || !bytes->is_string()) {
    return flaw_at(place, "a string is expected, or {\"base64\": \"...\"}");
  }
  auto decoded = from_base64(bytes->get_ref<const std::string&>());
  if (!decoded) {
    return flaw_at(Place{&place, "base64"}, "this is no base64");
  }
  text = std::move(*decoded);
  return {};
}

Checked JsonReader::read(const ParsedJson& json, const Place& place, Headers& headers) {
  headers = {};
  if (!json.is_object()) {
    return flaw_at(place, "an object with the headers is expected");
  }
  if (json.size() > Headers::max_entries) {
    return flaw_at(place, "there are " + std::to_string(json.size()) + " headers, at most " +
                              std::to_string(Headers::max_entries) + " are allowed");
  }
  for (const auto& [name, value] : json.items()) {
    std::string text;
    if (auto checked = read(value, Place{&place, name.c_str()}, text); !checked) {
      return checked;
    }
    headers.set(name, text);
  }
  const auto problem = headers.problem();
  return problem ? flaw_at(place, *problem) : Checked();
}

Checked JsonReader::read(const ParsedJson& json, const Place& place, Timestamp& time) {
  if (json.is_number_integer() &&
      (!json.is_number_unsigned() ||
       json.get<std::uint64_t>() <=
           static_cast<std::uint64_t>(Timestamp::max().time_since_epoch().count()))) {
    time = from_milliseconds(json.get<std::int64_t>());
    return {};
  }
  const auto parsed =
      json.is_string() ? from_iso(json.get_ref<const std::string&>()) : std::nullopt;
  if (!parsed) {
    return flaw_at(place,
                   "a time is expected, in UTC such as 2023-11-14T22:13:20.123Z, or in "
                   "milliseconds since 1970");
  }
  time = *parsed;
  return {};
}

Checked JsonReader::read(const ParsedJson& json, const Place& place, bool& flag) {
  if (!json.is_boolean()) {
    return flaw_at(place, "true or false is expected");
  }
  flag = json.get<bool>();
  return {};
}

Checked JsonReader::read_number(const ParsedJson& json, const Place& place, std::uint64_t most,
                                std::uint64_t& number) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > most) {
    return flaw_at(place, "a number from 0 to " + std::to_string(most) + " is expected");
  }
  number = json.get<std::uint64_t>();
  return {};
}

}  // namespace duroxide::model
