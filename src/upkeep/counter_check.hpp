#pragma once

#include <cstdint>
#include <string_view>

#include "model/flaw.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// Compares a row of table `counters` with what it counts in the same snapshot. The number of all
/// events is left out: see `check_event_count`.
[[nodiscard]] model::Checked check_counter(const ReadView& view, std::string_view key,
                                           std::string_view value);

/// Compares the number of all events with the sum over all executions. That takes one look at every
/// record, so it stops, as if all were well, when the store wants its snapshot back.
[[nodiscard]] model::Checked check_event_count(const KvStore& store, const ReadView& view);

}  // namespace duroxide::storage
