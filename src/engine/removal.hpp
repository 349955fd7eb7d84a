#pragma once

// Taking out what an instance has waiting, when it is ended or deleted from outside.

#include <cstdint>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Takes out all messages, activities and timers of an instance, its pause and its place in
/// quarantine, and voids its turn. Returns how many rows of queues that were.
[[nodiscard]] std::uint64_t remove_waiting(Transaction& transaction, Number number,
                                           const InstanceRecord& record);

}  // namespace duroxide::storage
