#include "model/shown_steps.hpp"

#include <algorithm>
#include <string_view>

#include "model/json.hpp"
#include "model/kinds.hpp"

namespace duroxide::model {

namespace {

constexpr std::size_t steps_described = 3;

void add_unread(const std::vector<CarriedEvent>& unread, std::string_view kind,
                std::vector<InstanceMessage>& messages) {
  for (const CarriedEvent& each : unread) {
    messages.push_back({0, MessagePlace::unread, std::string(kind), each.name, 0, each.data});
  }
}

}  // namespace

std::string describe_steps(const OpenSteps& open) {
  std::string text;
  for (std::size_t i = 0; i < std::min(open.steps.size(), steps_described); ++i) {
    text += (text.empty() ? "" : ", ") + describe_step(open.steps[i].what);
  }
  if (open.steps.size() > steps_described) {
    text += " and " + std::to_string(open.steps.size() - steps_described) + " more";
  }
  return text;
}

std::string describe_pause(const PauseScope& scope) {
  switch (scope.kind) {
    case PauseScope::Kind::store:
      return "the store is paused";
    case PauseScope::Kind::orchestration:
      return "orchestration `" + scope.name + "` is paused";
    case PauseScope::Kind::instance:
      break;
  }
  return "the instance is paused";
}

PendingTimer pending_timer(const OpenStepOf<event::TimerCreated>& timer) {
  const auto delay = std::max(Milliseconds::zero(), timer.what.fire_at - timer.at);
  return {timer.event_id, static_cast<std::uint64_t>(delay.count()), timer.at, timer.what.fire_at};
}

std::vector<PendingEvent> pending_events(const OpenSteps& open) {
  std::vector<PendingEvent> events;
  for (const auto& wait : open.of<event::ExternalSubscribed>()) {
    events.push_back({wait.event_id, wait.what.name, wait.at, false});
  }
  for (const auto& wait : open.of<event::QueueSubscribed>()) {
    events.push_back({wait.event_id, wait.what.name, wait.at, true});
  }
  std::sort(events.begin(), events.end(),
            [](const auto& a, const auto& b) { return a.correlation_id < b.correlation_id; });
  return events;
}

InstanceMessage shown_message(std::uint64_t id, MessagePlace place, const WorkItem& item) {
  InstanceMessage message;
  message.message_id = id;
  message.place = place;
  message.kind = work_item_type(item);
  message.name = raised_name(item);
  message.data = data_of(item);
  if (const auto answer = answer_in(item)) {
    message.event_id = answer->id;
  }
  return message;
}

std::vector<InstanceMessage> unread_messages(const OpenSteps& open) {
  std::vector<InstanceMessage> messages;
  add_unread(open.state.events, "ExternalRaised", messages);
  add_unread(open.state.messages, "QueueMessage", messages);
  for (const event::UpdateReceived& each : open.updates) {
    messages.push_back({0, MessagePlace::unread, "UpdateRequest", each.name, 0, each.input});
  }
  return messages;
}

}  // namespace duroxide::model
