#include "queries/text_search.hpp"

#include "engine/instances.hpp"
#include "engine/values.hpp"

namespace duroxide::storage {

namespace {

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

bool TextSearch::finds(const ReadView& view, Number number, const InstanceRecord& record) const {
  if (text_.is_in(record.id)) {
    return true;
  }
  const std::string custom = unless_unreadable(
      [&] { return load_custom_status(view, number).text.value_or(std::string()); });
  if (!custom.empty() && text_.is_in(custom)) {
    return true;
  }
  if (record.status != ExecutionStatus::failed && record.status != ExecutionStatus::cancelled) {
    return false;
  }
  return text_.is_in(unless_unreadable([&] {
    const OrchestrationStatus status = load_state(view, number, record);
    const ErrorDetails* error = status.error();
    return error == nullptr ? std::string() : error->to_string();
  }));
}

}  // namespace duroxide::storage
