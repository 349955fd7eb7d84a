#pragma once

// Messages on their way into the inboxes of instances.

#include <cstdint>
#include <optional>
#include <string>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// What anybody may send to an instance. Starts are checked apart, and a continue-as-new or an
/// activity only ever comes out of a turn.
void check_message(const WorkItem& item);

/// For an instance that takes it, whoever sends it.
void stage_message(Transaction& transaction, Number number, std::uint64_t sequence,
                   const WorkItem& item);

/// A message for an instance that may be gone, or in another execution: then it is dropped.
void deliver_if_running(Transaction& transaction, const WorkItem& item, std::uint64_t execution);

/// From outside. What was sent under the same key before is not sent again, whatever has become of its
/// instance since. Throws if there is nobody to take it.
void accept_message(Transaction& transaction, const WorkItem& item,
                    std::optional<Milliseconds> delay,
                    const std::optional<std::string>& key = std::nullopt);

}  // namespace duroxide::storage
