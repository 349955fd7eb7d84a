#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/alarm.hpp"
#include "runtime/draining.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Waits for the earliest timer of the store, and moves due timers to their instances. Nothing else
/// in the engine waits for time to pass. It asks the store for what is due; the store answers when
/// that changes, and this actor asks again when the clock has come to the next one.
class TimerService final : public TimerServiceActor::base {
 public:
  TimerService(caf::actor_config& config, SharedEnvironment environment);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  void time_has_passed();
  void ask();
  void answered(const provider::Answer<provider::DueTimers>& answer);
  void acknowledge(std::vector<provider::LockToken> tokens);
  void provider_gone();

  SharedEnvironment environment_;
  actors::Alarm<TimerService> alarm_;
  std::optional<Timestamp> next_due_;

  /// A newer request makes the store answer the one before with nothing.
  std::uint64_t last_request_ = 0;
  std::uint32_t failures_ = 0;

  Draining<TimerService> draining_;
};

}  // namespace duroxide::runtime
