#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/events.hpp>

#include "model/boxed.hpp"
#include "model/instance_state.hpp"
#include "model/named_waits.hpp"
#include "model/updates.hpp"

namespace duroxide::model {

/// What the events of an execution amount to: who waits for what is raised, what is kept, and what
/// the instance shows to others. Replay follows the events with it as they happen, and whoever reads
/// a stored history follows them in the same way.
class ExecutionState {
 public:
  /// The next event. `is_new` is false for what the store knows already. Returns what the event has
  /// brought to a wait, its own or another.
  std::optional<Arrived> take(const Event& event, bool is_new);

  /// The code has dropped a wait of the kind `step` (its place in `EventKind`) without a look at what
  /// had come to it. That stands in no history: it follows from what the code does.
  std::optional<Arrived> give_back(std::size_t step, std::string_view name, std::uint64_t arrival,
                                   Payload data);
  /// The code has dropped a wait of that kind, and the event that says so is still to come.
  void stop_waiting(std::size_t step, std::uint64_t wait);

  [[nodiscard]] const InstanceState& shown() const { return shown_; }
  [[nodiscard]] InstanceState& shown() { return shown_; }
  [[nodiscard]] const Updates& updates() const;

  /// What the next execution would be handed if this one continued as new now.
  [[nodiscard]] CarriedState carried() const;

 private:
  void begin(const CarriedState& carried);

  NamedWaits waits_;
  InstanceState shown_;
  Boxed<Updates> updates_;  ///< none of code that nobody has asked
};

}  // namespace duroxide::model
