#include "queries/text_search.hpp"

#include <algorithm>

#include "engine/instances.hpp"
#include "engine/values.hpp"

namespace duroxide::storage {

namespace {

char small(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// A text that `read` gives, or none if it is damaged.
template <class Read>
std::string unless_unreadable(const Read& read) {
  try {
    return read();
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    return {};
  }
}

}  // namespace

TextSearch::TextSearch(std::string_view text) : wanted_(text) {
  std::transform(wanted_.begin(), wanted_.end(), wanted_.begin(), small);
}

bool TextSearch::is_in(std::string_view text) const {
  return std::search(text.begin(), text.end(), wanted_.begin(), wanted_.end(),
                     [](char a, char b) { return small(a) == b; }) != text.end();
}

bool TextSearch::finds(const ReadView& view, Number number, const InstanceRecord& record) const {
  if (is_in(record.id)) {
    return true;
  }
  const std::string custom = unless_unreadable(
      [&] { return load_custom_status(view, number).text.value_or(std::string()); });
  if (!custom.empty() && is_in(custom)) {
    return true;
  }
  if (record.status != ExecutionStatus::failed && record.status != ExecutionStatus::cancelled) {
    return false;
  }
  return is_in(unless_unreadable([&] {
    const OrchestrationStatus status = load_state(view, number, record);
    const ErrorDetails* error = status.error();
    return error == nullptr ? std::string() : error->to_string();
  }));
}

}  // namespace duroxide::storage
