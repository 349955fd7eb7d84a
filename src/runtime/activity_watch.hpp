#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include <duroxide/work_items.hpp>

#include "model/metrics.hpp"

namespace duroxide::runtime {

/// Measures one run of an activity's code. Does nothing without a meter, which must outlive it.
class ActivityWatch {
 public:
  /// The run begins.
  explicit ActivityWatch(model::ActivityMeter* meter) : meter_(meter) {
    if (meter_ != nullptr) {
      began_ = std::chrono::steady_clock::now();
    }
  }

  /// The run has ended. `completion`: for its instance, none if the call was left open. `is_stopped`:
  /// nobody waited for it any more.
  void ended(const std::optional<WorkItem>& completion, bool is_stopped) const {
    if (meter_ != nullptr) {
      meter_->observe(end_of(completion, is_stopped), std::chrono::steady_clock::now() - began_);
    }
  }

 private:
  [[nodiscard]] static model::ActivityEnd end_of(const std::optional<WorkItem>& completion,
                                                 bool is_stopped) {
    if (is_stopped) {
      return model::ActivityEnd::cancelled;
    }
    if (!completion) {
      return model::ActivityEnd::open;
    }
    return std::holds_alternative<work::ActivityCompleted>(*completion)
               ? model::ActivityEnd::completed
               : model::ActivityEnd::failed;
  }

  model::ActivityMeter* meter_;
  model::Instant began_{};
};

}  // namespace duroxide::runtime
