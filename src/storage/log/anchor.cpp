#include "storage/log/anchor.hpp"

#include <utility>

#include <cereal/types/vector.hpp>

#include "model/archive.hpp"
#include "model/serialization.hpp"
#include "storage/format.hpp"

namespace duroxide::storage {

DUROXIDE_LAYOUT(LogPosition, x.number, x.checksum)
DUROXIDE_LAYOUT(LogAnchor, x.key, x.reached, x.segments)

std::optional<LogAnchor> find_anchor(const ReadView& tables) {
  const auto bytes = tables.get(Table::meta, meta_keys::log);
  if (!bytes) {
    return std::nullopt;
  }
  auto anchor = require_readable(Table::meta, meta_keys::log, model::decode<LogAnchor>(*bytes));
  if (anchor.key == 0) {
    throw_corrupt(Table::meta, meta_keys::log, "the store's log has no key");
  }
  return anchor;
}

Changes change_to(const LogAnchor& anchor) {
  Changes changes;
  changes.at(static_cast<std::size_t>(Table::meta))
      .emplace(meta_keys::log, Change{model::encode(anchor), false});
  return changes;
}

}  // namespace duroxide::storage
