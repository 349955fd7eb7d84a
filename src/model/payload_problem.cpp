// What to say of a payload that is not of the type asked for.

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>

#include <duroxide/detail/payload_archive.hpp>
#include <duroxide/payload.hpp>

#include "model/json_places.hpp"
#include "model/payload_problem.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

using model::JsonPlace;
using Kind = JsonPlace::Kind;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

/// Takes out `, std::allocator<…>` and its like, with everything up to the bracket that closes it.
void drop_argument(std::string& text, const std::string& beginning) {
  for (auto at = text.find(beginning); at != std::string::npos; at = text.find(beginning, at)) {
    std::size_t end = at + beginning.size();
    for (int depth = 1; end < text.size() && depth > 0; ++end) {
      depth += text[end] == '<' ? 1 : text[end] == '>' ? -1 : 0;
    }
    text.erase(at, end - at);
  }
}

std::string demangled(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type.name();
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::object:
      return "an object";
    case Kind::array:
      return "a list";
    case Kind::text:
      return "a text";
    case Kind::whole_number:
      return "a whole number";
    case Kind::number:
      return "a number";
    case Kind::boolean:
      return "true or false";
    case Kind::null:
      return "null";
  }
  return "something else";
}

std::string describe(const JsonPlace& place) {
  return place.kind == Kind::whole_number || place.kind == Kind::number
             ? "is the number " + std::string(place.text.substr(0, 40))
             : "is " + std::string(name_of(place.kind));
}

std::string at_byte(const std::optional<JsonPlace>& place) {
  return place ? " at byte " + std::to_string(place->offset) : std::string();
}

bool is_within_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// A way to a field as people read it: its middle is left out if it is long.
std::string shown(const std::string& way) {
  constexpr std::size_t shown_at_each_end = 100;
  if (way.size() <= 2 * shown_at_each_end) {
    return way;
  }
  std::size_t front = shown_at_each_end;
  while (front > 0 && is_within_character(way[front])) {
    --front;
  }
  std::size_t back = way.size() - shown_at_each_end;
  while (back < way.size() && is_within_character(way[back])) {
    ++back;
  }
  return way.substr(0, front) + "…" + way.substr(back);
}

/// `in `line` at byte 18`.
std::string in_object(const std::string& path, const std::optional<JsonPlace>& place) {
  return " in " + (path.empty() ? std::string("the object") : "`" + shown(path) + "`") +
         at_byte(place);
}

std::string beginning_of(std::string_view text) {
  return "`" + std::string(text.substr(0, 80)) + (text.size() > 80 ? "…`" : "`");
}

}  // namespace

std::string type_name(const std::type_info& type) {
  // The release's namespace tells linkers apart what people need not tell apart.
  static const std::string duroxide = [] {
    const std::string payload = demangled(typeid(Payload));
    return payload.substr(0, payload.rfind("::") + 2);
  }();
  std::string name = demangled(type);
  replace_all(name, duroxide, "duroxide::");
  replace_all(name, "std::__cxx11::", "std::");
  replace_all(name, "(anonymous namespace)::", "");
  drop_argument(name, ", std::allocator<");
  drop_argument(name, ", std::less<");
  drop_argument(name, ", std::char_traits<");
  replace_all(name, " >", ">");
  replace_all(name, "std::basic_string<char>", "std::string");
  return name;
}

std::string undecodable(std::string_view text, const std::type_info& type, std::string_view what) {
  return "the payload is no `" + type_name(type) + "`: " + std::string(what) + ": " +
         beginning_of(text);
}

std::string undecodable(std::string_view text, const std::type_info& type,
                        const PayloadMismatch& mismatch) {
  using Why = PayloadMismatch::Kind;
  const std::string& path = mismatch.path;
  const std::string& about = mismatch.about;
  const auto place = model::find_place(text, path).place;
  const std::string it = path.empty() ? "it" : "its field `" + shown(path) + "`";
  switch (mismatch.kind) {
    case Why::wrong:
      return undecodable(text, type,
                         it + at_byte(place) + " " + (place ? describe(*place) : "is another") +
                             " where " + about + " is expected");
    case Why::missing:
      return undecodable(text, type,
                         "the field `" + shown(about) + "` is missing" + in_object(path, place));
    case Why::unknown:
      return undecodable(text, type,
                         "the field `" + shown(about) + "`" + in_object(path, place) +
                             " is unknown to the strict type `" + type_name(*mismatch.type) + "`");
    case Why::too_short:
      return undecodable(text, type, it + at_byte(place) + " ends where more is expected");
    case Why::own_words:
      break;
  }
  const std::string where =
      path.empty() ? "" : " (at the field `" + shown(path) + "`" + at_byte(place) + ")";
  return undecodable(text, type, about + where);
}

std::string not_json(std::string_view text, const std::type_info& type) {
  const auto fault = model::find_place(text, {}).fault;
  return undecodable(
      text, type,
      fault ? "it is not JSON at byte " + std::to_string(fault->offset) + ", " + fault->what
            : std::string("it is not JSON"));
}

}  // namespace duroxide::DUROXIDE_ABI::detail
