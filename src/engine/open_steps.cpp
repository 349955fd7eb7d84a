#include "engine/open_steps.hpp"

#include <map>
#include <memory>
#include <utility>

#include "model/overloaded.hpp"
#include "replay/external_events.hpp"
#include "replay/history_check.hpp"
#include "replay/instance_state.hpp"

namespace duroxide::storage {

namespace {

/// The waits of one sort, and what came to them.
class NamedWaits {
 public:
  void begin(const std::vector<CarriedEvent>& carried) {
    for (const CarriedEvent& event : carried) {
      events_.raise(event.name, event.data);
    }
  }
  void raise(const std::string& name, const std::string& data) { events_.raise(name, data); }
  void wait(std::uint64_t event_id, const std::string& name) {
    auto slot = std::make_shared<detail::Slot>();
    slot->event_id = event_id;
    slot->name = name;
    events_.wait(slot);
    slots_.emplace(event_id, std::move(slot));
  }
  void cancel(std::uint64_t event_id) {
    const auto found = slots_.find(event_id);
    if (found == slots_.end()) {
      return;
    }
    if (found->second->complete) {
      events_.give_back(*found->second);
    } else {
      events_.stop_waiting(*found->second);
    }
    slots_.erase(found);
  }
  [[nodiscard]] bool is_open(std::uint64_t event_id) const {
    const auto found = slots_.find(event_id);
    return found != slots_.end() && !found->second->complete;
  }
  [[nodiscard]] std::vector<CarriedEvent> kept() const { return events_.kept(); }

 private:
  replay::ExternalEvents events_;
  std::map<std::uint64_t, std::shared_ptr<detail::Slot>> slots_;
};

class StepReader {
 public:
  /// Returns what is wrong with it, if anything is.
  [[nodiscard]] std::string take(const Event& event) {
    if (steps_.ended) {
      return "event " + std::to_string(event.event_id) + ", " + describe(event.kind) +
             ", stands behind the end of the execution";
    }
    if (event.event_id > 1 && std::holds_alternative<event::OrchestrationStarted>(event.kind)) {
      return "event " + std::to_string(event.event_id) + " is a second OrchestrationStarted";
    }
    if (is_wait_given_up(event.kind)) {
      events_.cancel(event.source_event_id);
      messages_.cancel(event.source_event_id);
    } else if (event.source_event_id != 0 && open_.erase(event.source_event_id) == 0) {
      return "event " + std::to_string(event.event_id) + ", " + describe(event.kind) +
             ", answers event " + std::to_string(event.source_event_id) +
             ", which has an answer already";
    }
    change_state(event);
    schedule(event);
    steps_.ended = is_terminal(event.kind);
    return {};
  }

  [[nodiscard]] OpenSteps finish() && {
    state_.carry_on(steps_.state);
    steps_.state.events = events_.kept();
    steps_.state.messages = messages_.kept();
    if (!steps_.ended) {
      list_open();
    }
    return std::move(steps_);
  }

 private:
  static bool is_wait_given_up(const EventKind& kind) {
    return std::holds_alternative<event::ExternalSubscribedCancelled>(kind) ||
           std::holds_alternative<event::QueueSubscriptionCancelled>(kind);
  }

  void change_state(const Event& event) {
    std::visit(
        model::Overloaded{
            [&](const event::OrchestrationStarted& kind) {
              steps_.parent = kind.parent;
              events_.begin(kind.carried.events);
              messages_.begin(kind.carried.messages);
              state_.begin(kind.carried);
            },
            [&](const event::OrchestrationCancelRequested&) { steps_.cancel_requested = true; },
            [&](const event::ExternalEvent& kind) { events_.raise(kind.name, kind.data); },
            [&](const event::QueueEventDelivered& kind) { messages_.raise(kind.name, kind.data); },
            [&](const event::CustomStatusUpdated& kind) {
              state_.set_custom_status(kind.status, false);
            },
            [&](const event::KeyValueSet& kind) {
              state_.set_value(kind.key, kind.value, event.timestamp, false);
            },
            [&](const event::KeyValueCleared& kind) { state_.clear_value(kind.key, false); },
            [&](const event::KeyValuesCleared&) { state_.clear_values(false); },
            [](const auto&) {}},
        event.kind);
  }

  void schedule(const Event& event) {
    const auto opens = [&](const auto&) { open_.emplace(event.event_id, &event); };
    std::visit(model::Overloaded{[&](const event::ActivityScheduled& kind) { opens(kind); },
                                 [&](const event::TimerCreated& kind) { opens(kind); },
                                 [&](const event::SubOrchestrationScheduled& kind) { opens(kind); },
                                 [&](const event::KeyValueReadScheduled& kind) { opens(kind); },
                                 [&](const event::ExternalSubscribed& kind) {
                                   events_.wait(event.event_id, kind.name);
                                   opens(kind);
                                 },
                                 [&](const event::QueueSubscribed& kind) {
                                   messages_.wait(event.event_id, kind.name);
                                   opens(kind);
                                 },
                                 [](const auto&) {}},
               event.kind);
  }

  void list_open() {
    for (const auto& [event_id, event] : open_) {
      const auto add = [id = event_id, at = event->timestamp](auto& list, const auto& kind) {
        list.push_back({id, at, kind});
      };
      std::visit(
          model::Overloaded{
              [&](const event::ActivityScheduled& kind) { add(steps_.activities, kind); },
              [&](const event::TimerCreated& kind) { add(steps_.timers, kind); },
              [&](const event::SubOrchestrationScheduled& kind) { add(steps_.children, kind); },
              [&](const event::KeyValueReadScheduled& kind) { add(steps_.value_reads, kind); },
              [&, id = event_id](const event::ExternalSubscribed& kind) {
                if (events_.is_open(id)) {
                  add(steps_.event_waits, kind);
                }
              },
              [&, id = event_id](const event::QueueSubscribed& kind) {
                if (messages_.is_open(id)) {
                  add(steps_.queue_waits, kind);
                }
              },
              [](const auto&) {}},
          event->kind);
    }
  }

  OpenSteps steps_;
  std::map<std::uint64_t, const Event*> open_;
  NamedWaits events_;
  NamedWaits messages_;
  replay::InstanceState state_;
};

}  // namespace

Result<OpenSteps, std::string> find_open_steps(const std::vector<Event>& history) {
  if (std::string damage = replay::find_damage(history); !damage.empty()) {
    return failure(std::move(damage));
  }
  StepReader reader;
  for (const Event& event : history) {
    if (std::string problem = reader.take(event); !problem.empty()) {
      return failure(std::move(problem));
    }
  }
  return std::move(reader).finish();
}

}  // namespace duroxide::storage
