#include "model/payload_text.hpp"

#include <cstddef>

namespace duroxide::detail {

namespace {

/// The JSON reader recurses once for each level.
constexpr std::size_t max_nesting = 512;

auto flaw_at(std::size_t offset, std::string_view what) {
  return model::flaw(std::string(what) + " at byte " + std::to_string(offset));
}

constexpr std::string_view wrapping = "{\"v\":";

}  // namespace

std::string wrap_json(std::string_view payload) {
  std::string document(wrapping);
  document.append(payload).append("}");
  return document;
}

std::string unwrap_json(std::string_view document) {
  std::string compact;
  compact.reserve(document.size());
  bool in_string = false;
  bool escaped = false;
  for (const char c : document) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (in_string || !is_space) {
      compact.push_back(c);
    }
    if (c == '"' && !escaped) {
      in_string = !in_string;
    }
    escaped = in_string && c == '\\' && !escaped;
  }
  return compact.substr(wrapping.size(), compact.size() - wrapping.size() - 1);
}

model::Checked check_json(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return model::flaw("it is empty");
  }
  std::size_t nesting = 0;
  bool in_string = false;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    switch (c) {
      case '"':
        in_string = true;
        break;
      case '{':
      case '[':
        if (++nesting > max_nesting) {
          return flaw_at(i, "it is nested more than 512 deep");
        }
        break;
      case '}':
      case ']':
        if (nesting == 0) {
          return flaw_at(i, "a bracket closes that was not opened");
        }
        --nesting;
        break;
      case ',':
        // Would otherwise be read as a second member of the object the value is wrapped in.
        if (nesting == 0) {
          return flaw_at(i, "a comma stands outside of a list or an object");
        }
        break;
      default:
        break;
    }
  }
  if (in_string || nesting != 0) {
    return flaw_at(text.size(), "it ends too early");
  }
  return {};
}

}  // namespace duroxide::detail
