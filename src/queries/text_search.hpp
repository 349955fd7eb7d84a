#pragma once

#include <string>
#include <string_view>

#include "engine/records.hpp"
#include "storage/common.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// Looks for a text in what an instance is called and says. The letters A to Z are the same as a to z;
/// all other bytes are compared as they are.
class TextSearch {
 public:
  explicit TextSearch(std::string_view text);

  /// Whether the id, the custom status or, of what has failed or was cancelled, the error holds the
  /// text. What cannot be read holds nothing. Costs one or two reads beside the record. Throws
  /// `StorageFailure`, but not for damage.
  [[nodiscard]] bool finds(const ReadView& view, Number number, const InstanceRecord& record) const;

 private:
  [[nodiscard]] bool is_in(std::string_view text) const;

  std::string wanted_;  ///< in small letters
};

}  // namespace duroxide::storage
