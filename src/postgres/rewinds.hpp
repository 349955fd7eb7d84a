#pragma once

// Failed instances are taken up again where they were before they failed, and with them their children that
// failed.

#include <cstdint>
#include <string>
#include <vector>

#include <duroxide/management_actions.hpp>
#include <duroxide/result.hpp>
#include <duroxide/work_items.hpp>

#include "model/flaw.hpp"
#include "model/restore_plan.hpp"
#include "postgres/change.hpp"
#include "postgres/take_up.hpp"

namespace duroxide::postgres {

/// Rewinds that are one change.
class Rewinds {
 public:
  /// Both must outlive it.
  Rewinds(const Bench& bench, Change& change) : bench_(bench), change_(change) {}

  /// One that has failed or was cancelled. The flaw says why it cannot be. Throws `Refusal`.
  [[nodiscard]] Result<RestoredInstance, model::Flaw> add(const std::string& id,
                                                          const RewindOptions& options);

  /// What has the id of a child that its parent starts once more.
  enum class Child : std::uint8_t {
    rewound,   ///< that very child, which had failed
    stays,     ///< an instance that has failed, and is another, or cannot be rewound
    is_other,  ///< nobody, or an instance that has not failed
  };
  /// A child from before its parent was taken up again, if it has failed. Throws `Refusal`.
  [[nodiscard]] Child add_child(const work::StartOrchestration& start, std::int64_t parent);

  /// Adds the children of all that were added, and what all of them need to go on. Once, at the end. Throws
  /// `Refusal`.
  void take_up_all();

 private:
  /// An instance as it is to go on.
  struct Rewound {
    TakenUp taken_up;
    model::RestorePlan plan;
  };

  [[nodiscard]] Result<RestoredInstance, model::Flaw> add_if_readable(const std::string& id);
  /// Leaves `events`, of which `rows` holds more.
  void add_cut(const TakenUp& taken_up, std::vector<Event> events, const Rows& rows,
               const std::optional<std::string>& version);

  const Bench& bench_;
  Change& change_;
  std::vector<Rewound> rewound_;
};

}  // namespace duroxide::postgres
