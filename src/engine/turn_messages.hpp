#pragma once

// The messages that one turn takes.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

struct TurnMessages {
  std::vector<WorkItem> items;
  std::vector<std::uint64_t> sequences;
  std::size_t bytes = 0;
  bool may_leave_some = false;  ///< there are as many as one turn takes, and may be more
};

/// The first that wait, as many as one turn may take. What cannot be read is set aside.
[[nodiscard]] TurnMessages read_messages(Transaction& transaction, Number number);

/// Adds the first cancellation that waits, if there is none among `messages`. False if none waits.
[[nodiscard]] bool find_cancellation(Transaction& transaction, Number number,
                                     TurnMessages& messages);

}  // namespace duroxide::storage
