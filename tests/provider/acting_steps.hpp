#pragma once

// Short words for tests of what operators do to instances, and for a look at the tables afterwards.

#include <cstddef>
#include <map>
#include <string>

#include "conformance/acting_steps.hpp"
#include "provider/faulty_kv.hpp"
#include "provider/world.hpp"
#include "storage/keys.hpp"

namespace duroxide::testing {

/// Everything in the tables but what the store remembers of itself.
inline std::map<std::string, std::string> dump(storage::KvStore& kv) {
  std::map<std::string, std::string> rows;
  const auto view = kv.snapshot();
  for (std::size_t i = 0; i < storage::table_count; ++i) {
    const auto table = static_cast<storage::Table>(i);
    if (table == storage::Table::meta) {
      continue;
    }
    const auto cursor = view->cursor(table);
    for (bool more = cursor->seek({}); more; more = cursor->next()) {
      rows.emplace(std::string(storage::to_string(table)) + " " + storage::hex(cursor->key()),
                   std::string(cursor->value()));
    }
  }
  return rows;
}

}  // namespace duroxide::testing
