#pragma once

// What people are shown of an execution's open steps and of messages, as several stores show it.

#include <cstdint>
#include <string>
#include <vector>

#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/work_items.hpp>

#include "model/open_steps.hpp"

namespace duroxide::model {

/// What the execution waits for, the first few by name; empty if it waits for nothing.
[[nodiscard]] std::string describe_steps(const OpenSteps& open);

/// `the store is paused`, …
[[nodiscard]] std::string describe_pause(const PauseScope& scope);

/// A timer that has not fired.
[[nodiscard]] PendingTimer pending_timer(const OpenStepOf<event::TimerCreated>& timer);
/// The waits for events and queues, by event id.
[[nodiscard]] std::vector<PendingEvent> pending_events(const OpenSteps& open);

/// A message under the number that `DropMessage` takes.
[[nodiscard]] InstanceMessage shown_message(std::uint64_t id, MessagePlace place,
                                            const WorkItem& item);
/// What has been taken and not been waited for, in order, kind by kind.
[[nodiscard]] std::vector<InstanceMessage> unread_messages(const OpenSteps& open);

}  // namespace duroxide::model
