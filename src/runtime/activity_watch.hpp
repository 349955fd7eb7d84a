#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include <duroxide/work_items.hpp>

#include "model/metrics.hpp"
#include "runtime/run_length.hpp"

namespace duroxide::runtime {

/// Measures one run of an activity's code, for its meter and for who places the next runs. Either may be
/// null, and must outlive it.
class ActivityWatch {
 public:
  /// The run begins.
  explicit ActivityWatch(model::ActivityMeter* meter, RunLength* run_length = nullptr)
      : meter_(meter), run_length_(run_length) {
    if (meter_ != nullptr || run_length_ != nullptr) {
      began_ = std::chrono::steady_clock::now();
    }
  }

  /// The run has ended. `completion`: for its instance, none if the call was left open. `is_stopped`:
  /// nobody waited for it any more.
  void ended(const std::optional<WorkItem>& completion, bool is_stopped) const {
    if (meter_ == nullptr && run_length_ == nullptr) {
      return;
    }
    const auto length = std::chrono::steady_clock::now() - began_;
    if (meter_ != nullptr) {
      meter_->observe(end_of(completion, is_stopped), length);
    }
    if (run_length_ != nullptr) {
      run_length_->observe(length);
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
  RunLength* run_length_;
  model::Instant began_{};
};

}  // namespace duroxide::runtime
