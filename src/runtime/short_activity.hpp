#pragma once

#include <chrono>

#include <duroxide/work_items.hpp>

#include "model/lent_thread.hpp"
#include "protocol/watched_code.hpp"
#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// Says, as long as it lives, that a short or a pure activity runs on the calling thread, which is the
/// engine's. One that lasts too long is told to the log.
class ShortActivity final : private actors::MayBeOverdue {
 public:
  /// Both must outlive it.
  ShortActivity(const Environment& environment, const work::ActivityExecute& item)
      : environment_(environment), item_(item), lent_("a short activity"), watched_(*this) {}

 private:
  void is_overdue(std::chrono::milliseconds so_far) const noexcept override;

  const Environment& environment_;
  const work::ActivityExecute& item_;
  model::LentThread lent_;
  actors::WatchedCode watched_;  ///< last: whoever is told reads the others
};

}  // namespace duroxide::runtime
