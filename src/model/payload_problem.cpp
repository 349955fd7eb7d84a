// What to say of a payload that is not of the type asked for.

#include <cxxabi.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <typeinfo>
#include <vector>

#include <duroxide/detail/payload_archive.hpp>

#include "model/json_places.hpp"
#include "model/payload_text.hpp"

namespace duroxide::detail {

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

/// What the reader wanted where it stopped. It says so only by the check that failed.
struct Wanted {
  std::string_view check;
  std::string_view name;
  bool (*fits)(const JsonPlace& place);
};

template <class Number>
bool is_in_range(const JsonPlace& place) {
  Number number = 0;
  const char* const end = place.text.data() + place.text.size();
  const auto read = std::from_chars(place.text.data(), end, number);
  return place.kind == Kind::whole_number && read.ec == std::errc() && read.ptr == end;
}

constexpr Wanted wants[] = {
    {"kIntFlag", "a whole number of 32 bits", is_in_range<std::int32_t>},
    {"kUintFlag", "a whole number of 32 bits that is not negative", is_in_range<std::uint32_t>},
    {"kInt64Flag", "a whole number", is_in_range<std::int64_t>},
    {"kUint64Flag", "a whole number that is not negative", is_in_range<std::uint64_t>},
    {"IsNumber", "a number",
     [](const JsonPlace& place) {
       return place.kind == Kind::number || place.kind == Kind::whole_number;
     }},
    {"IsString", "a text", [](const JsonPlace& place) { return place.kind == Kind::text; }},
    {"IsBool", "true or false", [](const JsonPlace& place) { return place.kind == Kind::boolean; }},
    {"IsObject", "an object or a list",
     [](const JsonPlace& place) {
       return place.kind == Kind::object || place.kind == Kind::array;
     }},
    {"IsArray", "a list", [](const JsonPlace& place) { return place.kind == Kind::array; }},
    {"IsNull", "null", [](const JsonPlace& place) { return place.kind == Kind::null; }},
};

const Wanted* wanted_by(std::string_view reason) {
  const auto found = std::find_if(std::begin(wants), std::end(wants), [&](const Wanted& each) {
    return reason.find(each.check) != std::string_view::npos;
  });
  return found == std::end(wants) ? nullptr : &*found;
}

std::string place_text(const JsonPlace& place) {
  return (place.path.empty() ? std::string("it") : "its field `" + place.path + "`") + " at byte " +
         std::to_string(place.offset);
}

/// The name in `provided NVP (name) not found`.
std::string missing_member(std::string_view reason) {
  constexpr std::string_view begin = "provided NVP (";
  const auto at = reason.find(begin);
  const auto end = at == std::string_view::npos ? at : reason.find(") not found", at);
  return end == std::string_view::npos
             ? std::string()
             : std::string(reason.substr(at + begin.size(), end - at - begin.size()));
}

std::string describe_missing(const std::vector<JsonPlace>& places, const std::string& name) {
  std::vector<const JsonPlace*> without;
  for (const JsonPlace& place : places) {
    if (place.kind == Kind::object &&
        std::find(place.keys.begin(), place.keys.end(), name) == place.keys.end()) {
      without.push_back(&place);
    }
  }
  std::string text = "the field `" + name + "` is missing";
  if (without.size() == 1) {
    const JsonPlace& object = *without.front();
    text += object.path.empty() ? " in the object" : " in `" + object.path + "`";
    text += " at byte " + std::to_string(object.offset);
  }
  return text;
}

/// Whether the reader can have stumbled over this value when it stood at that member.
bool can_be(const JsonPlace& place, const Wanted& wanted, const char* member) {
  if (wanted.check == "IsArray") {
    // It has gone into the value already, and found members instead of elements.
    return place.kind == Kind::object &&
           (member == nullptr ? place.keys.empty()
                              : !place.keys.empty() && place.keys.front() == member);
  }
  const bool is_whole = member != nullptr && std::string_view(member) == "v";
  return (place.is_member && member != nullptr && place.key == member) ||
         (!place.is_member && (member == nullptr ? !place.path.empty() : is_whole));
}

/// The first value that the reader can have stumbled over.
std::string describe_mismatch(const std::vector<JsonPlace>& places, const Wanted& wanted,
                              const char* member) {
  for (const JsonPlace& place : places) {
    if (can_be(place, wanted, member) && !wanted.fits(place)) {
      const auto is = place.kind == Kind::whole_number || place.kind == Kind::number
                          ? "is the number " + std::string(place.text.substr(0, 40))
                          : "is " + std::string(name_of(place.kind));
      return place_text(place) + " " + is + " where " + std::string(wanted.name) + " is expected";
    }
  }
  return std::string(wanted.name) + " is expected where there is none";
}

std::string beginning_of(std::string_view text) {
  return "`" + std::string(text.substr(0, 80)) + (text.size() > 80 ? "…`" : "`");
}

}  // namespace

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  std::string name = status == 0 ? demangled.get() : type.name();
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

std::string undecodable(std::string_view text, const std::type_info& type, std::string_view reason,
                        const char* member) {
  // Finding the place takes memory for every value in the text, which may be 64 MiB of them.
  constexpr std::size_t longest_searched = std::size_t{1} << 20;
  if (text.size() > longest_searched) {
    return undecodable(text, type, reason);
  }
  const model::JsonPlaces found = model::find_places(text);
  if (found.fault) {
    return undecodable(
        text, type,
        "it is not JSON at byte " + std::to_string(found.fault->offset) + ", " + found.fault->what);
  }
  if (const std::string name = missing_member(reason); !name.empty()) {
    return undecodable(text, type, describe_missing(found.places, name));
  }
  if (const Wanted* wanted = wanted_by(reason)) {
    return undecodable(text, type, describe_mismatch(found.places, *wanted, member));
  }
  std::string why(reason);  // of the type's own code
  if (member != nullptr && std::string_view(member) != "v") {
    why += " (at the field `" + std::string(member) + "`)";
  }
  return undecodable(text, type, why);
}

}  // namespace duroxide::detail
