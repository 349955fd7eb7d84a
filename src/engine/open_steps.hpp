#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/events.hpp>
#include <duroxide/result.hpp>

namespace duroxide::storage {

/// Something that the code has asked for and that has neither been answered nor given up.
template <class Kind>
struct OpenStep {
  std::uint64_t event_id = 0;
  Timestamp at;  ///< when it was scheduled
  Kind what;

  bool operator==(const OpenStep&) const = default;
};

/// What a history amounts to where it ends. An execution that has ended has nothing open.
struct OpenSteps {
  // Each by event id.
  std::vector<OpenStep<event::ActivityScheduled>> activities;
  std::vector<OpenStep<event::TimerCreated>> timers;
  /// Waits are matched with what was raised by name, first come first served. A wait whose event the
  /// code dropped unread, so that the event went to the next one, stands in no history: then one
  /// more is listed than there is.
  std::vector<OpenStep<event::ExternalSubscribed>> event_waits;
  std::vector<OpenStep<event::QueueSubscribed>> queue_waits;
  std::vector<OpenStep<event::SubOrchestrationScheduled>> children;  ///< attached ones
  std::vector<OpenStep<event::KeyValueReadScheduled>> value_reads;
  /// The events and messages that nobody has waited for, the custom status and the values: what the
  /// next execution would be handed if this one continued as new here.
  CarriedState state;
  std::optional<ParentLink> parent;
  bool cancel_requested = false;
  bool ended = false;
};

/// Reads the events of one execution, from its first on. The error says why no engine can have
/// written them.
[[nodiscard]] Result<OpenSteps, std::string> find_open_steps(const std::vector<Event>& history);

}  // namespace duroxide::storage
