#include <duroxide/headers.hpp>

#include <algorithm>

#include "model/limits.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

using Entries = std::vector<Headers::Entry>;

bool is_before(const Headers::Entry& entry, std::string_view name) {
  return entry.first < name;
}

bool may_stand_in_name(char each) {
  return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '-' ||
         each == '_' || each == '.';
}

std::optional<std::string> problem_of_name(const std::string& name) {
  if (name.empty()) {
    return "the name of a header is empty";
  }
  if (name.size() > Headers::max_name_bytes) {
    return "the name of the header `" + name.substr(0, 40) + "` has " +
           std::to_string(name.size()) + " bytes, at most " +
           std::to_string(Headers::max_name_bytes) + " are allowed";
  }
  if (!std::all_of(name.begin(), name.end(), may_stand_in_name)) {
    return "the name of a header may hold lower-case letters, digits, `-`, `_` and `.` only" +
           (model::is_utf8(name) ? ", and not be `" + name.substr(0, 40) + "`" : std::string());
  }
  return std::nullopt;
}

}  // namespace

Headers& Headers::set(std::string_view name, std::string_view value) {
  Entries entries = entries_ == nullptr ? Entries() : *entries_;
  const auto place = std::lower_bound(entries.begin(), entries.end(), name, is_before);
  if (place != entries.end() && place->first == name) {
    place->second = value;
  } else {
    entries.emplace(place, name, value);
  }
  entries_ = std::make_shared<const Entries>(std::move(entries));
  return *this;
}

Headers& Headers::erase(std::string_view name) {
  if (find(name) == nullptr) {
    return *this;
  }
  Entries entries = *entries_;
  std::erase_if(entries, [&](const Entry& each) { return each.first == name; });
  entries_ = entries.empty() ? nullptr : std::make_shared<const Entries>(std::move(entries));
  return *this;
}

const std::string* Headers::find(std::string_view name) const {
  // One after the other: there are few, and lengths that differ need no look at the texts.
  for (const auto& [known, value] : *this) {
    if (known == name) {
      return &value;
    }
  }
  return nullptr;
}

std::optional<std::string> Headers::problem() const {
  if (size() > max_entries) {
    return "there are " + std::to_string(size()) + " headers, at most " +
           std::to_string(max_entries) + " are allowed";
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : *this) {
    if (auto problem = problem_of_name(name)) {
      return problem;
    }
    if (!model::is_utf8(value) || value.find('\0') != std::string::npos) {
      return "the value of the header `" + name + "` is not valid UTF-8, or contains a zero byte";
    }
    bytes += name.size() + value.size();
  }
  if (bytes > max_bytes) {
    return "the headers have " + std::to_string(bytes) + " bytes, at most " +
           std::to_string(max_bytes) + " are allowed; pass what is larger in the input";
  }
  return std::nullopt;
}

bool Headers::operator==(const Headers& other) const {
  return entries_ == other.entries_ || std::equal(begin(), end(), other.begin(), other.end());
}

}  // namespace duroxide::DUROXIDE_ABI
