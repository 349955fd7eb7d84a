#include <duroxide/context.hpp>

#include <stdexcept>
#include <utility>

#include "model/kinds.hpp"
#include "model/limits.hpp"
#include "replay/execution_core.hpp"
#include "replay/running.hpp"
#include "replay/slot.hpp"
#include "replay/step_arguments.hpp"

namespace duroxide::DUROXIDE_ABI {

using detail::require_running;
using replay::require;

namespace detail {

void drop_slot(Slot& slot) noexcept {
  if (slot.core != nullptr) {
    slot.core->drop(slot);
    slot.core = nullptr;
  }
}

bool is_complete(const Slot& slot) noexcept {
  return slot.complete;
}

void start_waiting(Slot* slot, Completion& completion) {
  if (slot == nullptr) {
    throw std::logic_error("a future was awaited that had been moved from");
  }
  if (slot->waiter != nullptr) {
    throw std::logic_error("a future is awaited in two places at once: " + slot->name);
  }
  // A step without an event stands behind a failure: its code is not to go on.
  if ((slot->event_id != 0 || slot->is_condition) && !slot->complete) {
    require_own_future(slot->core, slot->name.c_str());
  }
  if (slot->complete || interrupt_at_start(*slot)) {
    completion.done();
  } else {
    slot->waiter = &completion;
  }
}

void stop_waiting(Slot& slot) noexcept {
  slot.waiter = nullptr;
}

const std::string& take_outcome(Slot& slot) {
  throw_if_interrupted(slot);
  slot.taken = true;
  if (slot.error) {
    model::throw_failure(slot.kind, *slot.error);
  }
  return slot.value;
}

void throw_undecodable(const Slot& slot, const std::string& why) {
  throw PayloadError(std::string(model::words_of(slot.kind).outcome) + "`" + slot.name +
                         "`, awaited as event " + std::to_string(slot.event_id) +
                         ", cannot be decoded: " + why,
                     slot.name);
}

}  // namespace detail

const std::string& OrchestrationContext::instance_id() const {
  return require_running(core_).assignment().instance;
}

std::uint64_t OrchestrationContext::execution_id() const {
  return require_running(core_).assignment().execution_id;
}

const std::string& OrchestrationContext::orchestration_name() const {
  return require_running(core_).assignment().orchestration;
}

const std::string& OrchestrationContext::version() const {
  return require_running(core_).assignment().version;
}

const Headers& OrchestrationContext::headers() const {
  return require_running(core_).headers();
}

bool OrchestrationContext::is_replaying() const {
  return require_running(core_).is_replaying();
}

std::uint64_t OrchestrationContext::history_size() const {
  return require_running(core_).history_size();
}

Timestamp OrchestrationContext::utc_now() {
  return require_running(core_)
      .record(event::UtcNowRecorded{require_running(core_).services().now()})
      .time;
}

std::string OrchestrationContext::new_guid() {
  return require_running(core_)
      .record(event::GuidRecorded{require_running(core_).services().new_guid()})
      .guid;
}

Payload OrchestrationContext::side_effect_text(std::string_view name,
                                               const std::function<std::string()>& make) {
  return require_running(core_).side_effect(name, make);
}

void OrchestrationContext::log(LogLevel level, std::string message) const {
  require_running(core_).log(level, std::move(message));
}

std::shared_ptr<detail::Slot> OrchestrationContext::schedule_activity_text(
    std::string_view name, std::string input, const ActivityOptions& options) {
  return require_running(core_).call_activity(name, std::move(input), options);
}

std::shared_ptr<detail::Slot> OrchestrationContext::schedule_timer_milliseconds(
    std::optional<Milliseconds> delay) {
  if (!delay) {
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::invalid_input;
    details.message = "the delay of a timer is negative or above 100 years";
    throw OrchestrationError(std::move(details));
  }
  return require_running(core_).schedule_timer(*delay);
}

std::shared_ptr<detail::Slot> OrchestrationContext::wait_for_event_text(std::string_view name) {
  require(model::check_name("event name", name));
  return require_running(core_).schedule(event::ExternalSubscribed{std::string(name)});
}

std::shared_ptr<detail::Slot> OrchestrationContext::dequeue_text(std::string_view queue) {
  require(model::check_name("queue name", queue));
  return require_running(core_).schedule(event::QueueSubscribed{std::string(queue)});
}

std::shared_ptr<detail::Slot> OrchestrationContext::read_value_text(std::string_view instance,
                                                                    std::string_view key) {
  require(model::check_instance_id(instance));
  require(model::check_key(key));
  return require_running(core_).schedule(
      event::KeyValueReadScheduled{std::string(instance), std::string(key)});
}

const std::optional<std::string>& OrchestrationContext::custom_status() const {
  return require_running(core_).state().custom_status();
}

void OrchestrationContext::set_custom_status_text(std::optional<std::string> status) {
  require_running(core_).set_custom_status(std::move(status));
}

const std::map<std::string, StoredValue, std::less<>>& OrchestrationContext::values() const {
  return require_running(core_).state().values();
}

const StoredValue* OrchestrationContext::find_value(std::string_view key) const {
  const auto found = require_running(core_).state().values().find(key);
  return found == require_running(core_).state().values().end() ? nullptr : &found->second;
}

void OrchestrationContext::set_value_text(std::string_view key, std::string value) {
  require_running(core_).set_value(key, std::move(value));
}

void OrchestrationContext::clear_value(std::string_view key) {
  require(model::check_key(key));
  require_running(core_).record(event::KeyValueCleared{std::string(key)});
}

void OrchestrationContext::clear_all_values() {
  require_running(core_).record(event::KeyValuesCleared{});
}

bool OrchestrationContext::patched(std::string_view id) {
  return require_running(core_).patched(id);
}

void OrchestrationContext::deprecate_patch(std::string_view id) {
  require_running(core_).deprecate_patch(id);
}

std::shared_ptr<detail::Slot> OrchestrationContext::schedule_child_text(
    std::string_view name, std::string input, const SubOrchestrationOptions& options) {
  return require_running(core_).call_child(name, std::move(input), options);
}

std::shared_ptr<detail::Slot> OrchestrationContext::await_instance_text(std::string_view instance) {
  require(model::check_instance_id(instance));
  if (instance == instance_id()) {
    require(model::flaw("instance `" + std::string(instance) +
                        "` cannot wait for its own end: it would wait for ever"));
  }
  return require_running(core_).schedule(event::InstanceAwaited{std::string(instance)});
}

void OrchestrationContext::schedule_detached_text(std::string_view name, std::string_view instance,
                                                  std::string input,
                                                  std::optional<std::string> version) {
  require(model::check_name("orchestration name", name));
  require(model::check_instance_id(instance));
  require(model::check_payload("orchestration's input", input));
  replay::require_version(version);
  require_running(core_).record(event::OrchestrationChained{
      std::string(name), std::move(version), std::string(instance), std::move(input)});
}

void OrchestrationContext::raise_event_text(std::string_view instance, std::string_view event,
                                            std::string data) {
  require_running(core_).require_other(instance);
  require(model::check_name("event name", event));
  require(model::check_payload("event data", data));
  require_running(core_).record(
      event::EventSent{std::string(instance), std::string(event), std::move(data)});
}

void OrchestrationContext::enqueue_event_text(std::string_view instance, std::string_view queue,
                                              std::string data) {
  require_running(core_).require_other(instance);
  require(model::check_name("queue name", queue));
  require(model::check_payload("message", data));
  require_running(core_).record(
      event::QueueMessageSent{std::string(instance), std::string(queue), std::move(data)});
}

void OrchestrationContext::cancel_instance(std::string_view instance, std::string_view reason) {
  require_running(core_).require_other(instance);
  require(model::check_payload("reason", reason));
  require_running(core_).record(event::CancelSent{std::string(instance), std::string(reason)});
}

void OrchestrationContext::on_update_text(std::string_view name, detail::UpdateHandler handler) {
  require_running(core_).on_update(name, std::move(handler));
}

void OrchestrationContext::on_query_text(std::string_view name,
                                         std::function<std::string(const Payload&)> handler) {
  require_running(core_).on_query(name, std::move(handler));
}

std::shared_ptr<detail::Slot> OrchestrationContext::wait_until_holds(std::function<bool()> holds) {
  return require_running(core_).wait_until(std::move(holds));
}

void OrchestrationContext::continue_as_new_text(std::string input,
                                                std::optional<std::string> version) {
  require_running(core_).continue_as_new(std::move(input), std::move(version));
}

}  // namespace duroxide::DUROXIDE_ABI
