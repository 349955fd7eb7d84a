#pragma once

#include <chrono>

#include "model/meters.hpp"

namespace duroxide::storage {

/// The time by which is measured how long something waits in a queue. To ask the clock costs more than all
/// else about that, so it is asked once at most for each call of the engine, and not at all if nobody
/// measures. Used by the engine's thread.
class Moment {
 public:
  explicit Moment(bool is_asked_for) : is_asked_for_(is_asked_for) {}

  /// The engine is called, or has waited: it is later now.
  void passes() { now_ = {}; }
  /// The default `Instant` if nobody measures.
  [[nodiscard]] model::Instant now() {
    if (is_asked_for_ && now_ == model::Instant{}) {
      now_ = std::chrono::steady_clock::now();
    }
    return now_;
  }
  /// What has waited since then ends its wait now. Not observed if nobody knows since when.
  void observe_wait(model::Histogram& waits, model::Instant since) {
    if (since != model::Instant{}) {
      waits.observe(now() - since);
    }
  }

 private:
  bool is_asked_for_;
  model::Instant now_{};
};

}  // namespace duroxide::storage
