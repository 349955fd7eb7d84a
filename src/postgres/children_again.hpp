#pragma once

#include <string>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/change.hpp"
#include "postgres/leases.hpp"

namespace duroxide::postgres {

/// Children that a turn starts once more, after its instance was taken up again, and that have failed before:
/// what the ack does about them in the same transaction. See `ack_turn`, which refuses it with the code 2 as
/// long as there are some that nobody has looked at.
struct ChildrenAgain {
  /// First `begin_change`, which refuses what is not as it was seen, then what rewinds them.
  std::vector<Call> calls;
  std::vector<std::string> touched;    ///< ids of what is rewound
  std::vector<std::string> looked_at;  ///< ids of those that have failed, rewound or not
};

/// The ids of the children that an ack starts.
[[nodiscard]] std::vector<std::string> children_of(const provider::AckOrchestrationItem& ack);

/// Looks at them. Throws `Refusal`.
[[nodiscard]] ChildrenAgain look_at_children(const provider::AckOrchestrationItem& ack,
                                             const TurnLease& lease, const Bench& bench);

}  // namespace duroxide::postgres
