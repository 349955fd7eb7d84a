#pragma once

#include <string_view>

#include "engine/records.hpp"
#include "model/searched_text.hpp"
#include "storage/common.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// Looks for a text in what an instance is called and says.
class TextSearch {
 public:
  explicit TextSearch(std::string_view text) : text_(text) {}

  /// Whether the id, the custom status or, of what has failed or was cancelled, the error holds the
  /// text. What cannot be read holds nothing. Costs one or two reads beside the record. Throws
  /// `StorageFailure`, but not for damage.
  [[nodiscard]] bool finds(const ReadView& view, Number number, const InstanceRecord& record) const;

 private:
  model::SearchedText text_;
};

}  // namespace duroxide::storage
