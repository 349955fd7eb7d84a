#pragma once

// Structures to JSON and back, by the lists of json_fields.hpp.

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/headers.hpp>
#include <duroxide/payload.hpp>

#include "model/flaw.hpp"
#include "model/json.hpp"
#include "model/json_fields.hpp"
#include "model/json_names.hpp"
#include "model/json_text.hpp"

namespace duroxide::model {

template <class T>
concept JsonNumber = std::unsigned_integral<T> && !std::same_as<T, bool>;

/// Writes the members of one structure.
class JsonWriter {
 public:
  template <class T>
  using Of = const T;

  template <class T>
  void needed(const char* name, const T& value) {
    object_[name] = write(value);
  }
  template <class T>
  void usual(const char* name, const T& value) {
    if (!(value == T{})) {
      object_[name] = write(value);
    }
  }
  /// The members of an alternative, beside its type.
  template <class Variant>
  void kind(const Variant& variant) {
    object_["type"] = type_name(variant);
    std::visit([this](const auto& alternative) { fields(*this, alternative); }, variant);
  }
  [[nodiscard]] Json take() { return std::move(object_); }

  [[nodiscard]] static Json write(const std::string& text) { return text_to_json(text); }
  [[nodiscard]] static Json write(const Payload& payload) { return write(payload.text()); }
  [[nodiscard]] static Json write(const Headers& headers) { return headers_to_json(headers); }
  [[nodiscard]] static Json write(Timestamp time) { return time_to_json(time); }
  [[nodiscard]] static Json write(bool flag) { return flag; }
  template <JsonNumber T>
  [[nodiscard]] static Json write(T number) {
    return number;
  }
  template <NamedEnum T>
  [[nodiscard]] static Json write(T value) {
    return Names<T>::of(value);
  }
  template <class T>
  [[nodiscard]] static Json write(const std::optional<T>& value) {
    return value ? write(*value) : Json();
  }
  template <class T>
  [[nodiscard]] static Json write(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& value : values) {
      array.push_back(write(value));
    }
    return array;
  }
  template <class T>
  requires std::is_class_v<T>
  [[nodiscard]] static Json write(const T& structure) {
    JsonWriter writer;
    if constexpr (std::same_as<T, WorkItem>) {
      writer.kind(structure);
    } else {
      fields(writer, structure);
    }
    return writer.take();
  }

 private:
  Json object_ = Json::object();
};

/// What has been parsed. Its objects find their members quickly, however many a hostile text has.
using ParsedJson = nlohmann::json;

/// Where a value stands in its document.
struct Place {
  const Place* parent = nullptr;
  const char* member = nullptr;  ///< of an object; else `index` of an array
  std::size_t index = 0;

  /// As a JSON pointer; that of the whole document is empty.
  [[nodiscard]] std::string pointer() const;
};

/// A document that does not hold at `place` what it should.
[[nodiscard]] tl::unexpected<Flaw> flaw_at(const Place& place, const std::string& what);

/// Reads the members of one object. Behind the first flaw it reads nothing more, so the lists of
/// fields need not look at each answer.
class JsonReader {
 public:
  template <class T>
  using Of = T;

  JsonReader(const ParsedJson& object, const Place& place);

  template <class T>
  void needed(const char* name, T& value) {
    if (!checked_) {
      return;
    }
    const ParsedJson* found = find(name);
    if (found == nullptr) {
      checked_ = flaw_at(place_, "the member `" + std::string(name) + "` is missing");
    } else {
      checked_ = read(*found, Place{&place_, name}, value);
    }
  }
  template <class T>
  void usual(const char* name, T& value) {
    value = T{};
    if (!checked_) {
      return;
    }
    if (const ParsedJson* found = find(name); found != nullptr && !found->is_null()) {
      checked_ = read(*found, Place{&place_, name}, value);
    }
  }
  template <class Variant>
  void kind(Variant& variant) {
    std::string type;
    needed("type", type);
    if (!checked_) {
      return;
    }
    auto found = alternative_of<Variant>(type);
    if (!found) {
      checked_ = flaw_at(Place{&place_, "type"}, "no type is called `" + type.substr(0, 60) + "`");
      return;
    }
    variant = std::move(*found);
    std::visit([this](auto& alternative) { fields(*this, alternative); }, variant);
  }
  /// To be called behind all members: gives the first flaw; a member that nobody has asked for is one.
  [[nodiscard]] Checked finish() const;

  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, std::string& text);
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, Payload& payload) {
    std::string text;
    auto checked = read(json, place, text);
    payload = Payload(std::move(text));
    return checked;
  }
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, Headers& headers);
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, Timestamp& time);
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, bool& flag);
  template <JsonNumber T>
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, T& number) {
    std::uint64_t found = 0;
    auto checked = read_number(json, place, std::numeric_limits<T>::max(), found);
    number = static_cast<T>(found);
    return checked;
  }
  template <NamedEnum T>
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, T& value) {
    std::string name;
    if (auto checked = read(json, place, name); !checked) {
      return checked;
    }
    const auto found = Names<T>::find(name);
    if (!found) {
      return flaw_at(place, "`" + name.substr(0, 60) + "` is not known here");
    }
    value = *found;
    return {};
  }
  template <class T>
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place,
                                    std::optional<T>& value) {
    return read(json, place, value.emplace());
  }
  template <class T>
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place,
                                    std::vector<T>& values) {
    if (!json.is_array()) {
      return flaw_at(place, "an array is expected");
    }
    values.reserve(json.size());
    for (const ParsedJson& each : json) {
      const std::size_t index = values.size();
      auto checked = read(each, Place{&place, nullptr, index}, values.emplace_back());
      if (!checked) {
        return checked;
      }
    }
    return {};
  }
  template <class T>
  requires std::is_class_v<T>
  [[nodiscard]] static Checked read(const ParsedJson& json, const Place& place, T& structure) {
    JsonReader reader(json, place);
    if constexpr (std::same_as<T, WorkItem>) {
      reader.kind(structure);
    } else {
      fields(reader, structure);
    }
    return reader.finish();
  }

 private:
  [[nodiscard]] const ParsedJson* find(const char* name);
  [[nodiscard]] static Checked read_number(const ParsedJson& json, const Place& place,
                                           std::uint64_t most, std::uint64_t& number);

  const ParsedJson& object_;
  const Place& place_;
  std::set<std::string_view> asked_;
  Checked checked_;
};

}  // namespace duroxide::model
