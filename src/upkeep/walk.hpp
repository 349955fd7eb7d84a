#pragma once

#include <functional>
#include <string_view>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// Goes over a table in key order, in snapshots that are let go of after a page, so that no writer
/// waits and nothing old is kept. `begin_page` is called with each new snapshot, `visit` with each
/// row, until it returns false. Returns false if it did. Throws `StorageFailure`.
bool walk_table(KvStore& store, Table table, const std::function<void(const ReadView&)>& begin_page,
                const std::function<bool(std::string_view key, std::string_view value)>& visit);

}  // namespace duroxide::storage
