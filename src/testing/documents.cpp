#include "testing/documents.hpp"

#include <cstddef>

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

constexpr std::string_view between_documents = " \t\r\n,[]";

/// Behind the end of the object that begins at `begin`; the end of the text if it has none.
std::size_t end_of_object(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char each = text[i];
    if (in_string) {
      if (each == '\\') {
        ++i;
      } else if (each == '"') {
        in_string = false;
      }
    } else if (each == '"') {
      in_string = true;
    } else if (each == '{') {
      ++depth;
    } else if (each == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

}  // namespace

std::vector<std::string_view> documents_in(std::string_view text) {
  std::vector<std::string_view> documents;
  std::size_t at = text.find_first_not_of(between_documents);
  while (at != std::string_view::npos) {
    const std::size_t end = text[at] == '{' ? end_of_object(text, at) : text.size();
    documents.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(between_documents, end);
  }
  if (documents.empty()) {
    documents.push_back(text);
  }
  return documents;
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
