// What the code asks for, step by step: see OrchestrationContext.

#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include "model/error_size.hpp"
#include "model/exceptions.hpp"
#include "model/ids.hpp"
#include "model/limits.hpp"
#include "model/trace_context.hpp"
#include "replay/execution_core.hpp"
#include "replay/pure_code.hpp"
#include "replay/step_arguments.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

using replay::require;
using replay::require_version;
using replay::require_within;

namespace {

/// None if it has none, so that it takes no room in the history.
std::optional<ActivityTimeouts> timeouts_of(const ActivityOptions& options) {
  if (!options.start_timeout() && !options.run_timeout() && !options.heartbeat_timeout()) {
    return std::nullopt;
  }
  const auto count = [](const std::optional<Milliseconds>& time) {
    return time ? static_cast<std::uint64_t>(time->count()) : 0;
  };
  return ActivityTimeouts{count(options.run_timeout()), count(options.heartbeat_timeout()),
                          count(options.start_timeout())};
}

}  // namespace

std::shared_ptr<Slot> ExecutionCore::call_activity(std::string_view name, Payload input,
                                                   const ActivityOptions& options) {
  require(model::check_name("activity name", name));
  require(model::check_payload("activity's input", input));
  replay::require_options(options);
  if (!options.retry() && !options.timeout()) {
    return schedule_activity(name, std::move(input), options);
  }
  Call plan;
  plan.kind = model::place_of<event::ActivityScheduled>();
  plan.name = name;
  plan.policy = options.retry().value_or(RetryPolicy().max_attempts(1));
  plan.timeout = options.timeout();
  plan.schedule = [this, name = plan.name, input = std::move(input), options](std::uint32_t) {
    return schedule_activity(name, input, options);
  };
  return call(std::move(plan));
}

std::shared_ptr<Slot> ExecutionCore::call_child(std::string_view name, Payload input,
                                                const SubOrchestrationOptions& options) {
  require(model::check_name("orchestration name", name));
  require(model::check_payload("sub-orchestration's input", input));
  replay::require_options(options);
  if (!options.retry() && !options.timeout()) {
    return schedule_child(name, std::move(input), options, options.instance_id());
  }
  Call plan;
  plan.kind = model::place_of<event::SubOrchestrationScheduled>();
  plan.name = name;
  plan.policy = options.retry().value_or(RetryPolicy().max_attempts(1));
  plan.timeout = options.timeout();
  plan.schedule = [this, name = plan.name, input = std::move(input),
                   options](std::uint32_t attempt) {
    auto instance = options.instance_id();
    if (instance && attempt > 1) {
      *instance += "::" + std::to_string(attempt);
      require(model::check_instance_id(*instance));
    }
    return schedule_child(name, input, options, instance);
  };
  return call(std::move(plan));
}

std::shared_ptr<Slot> ExecutionCore::call(Call call) {
  auto slot = std::make_shared<Slot>();
  slot->kind = call.kind;
  slot->name = call.name;
  slot->driver = std::make_shared<CallDriver>(*slot);
  slot->event_id = slot->driver->start(*this, scheduler_, std::move(call));
  if (slot->event_id != 0) {
    slot->core = this;
    calls_.emplace(slot->event_id, slot.get());
  }
  return slot;
}

std::shared_ptr<Slot> ExecutionCore::schedule_activity(std::string_view name, Payload input,
                                                       const ActivityOptions& options) {
  return schedule(event::ActivityScheduled{std::string(name), std::move(input), options.tag(),
                                           options.session(), timeouts_of(options)});
}

std::shared_ptr<Slot> ExecutionCore::schedule_timer(Milliseconds delay) {
  return schedule(event::TimerCreated{saturating_add(services_->now(), delay)});
}

std::shared_ptr<Slot> ExecutionCore::schedule_child(std::string_view name, Payload input,
                                                    const SubOrchestrationOptions& options,
                                                    const std::optional<std::string>& instance) {
  const std::uint64_t next_id = history_ != nullptr && cursor_ < history_->size()
                                    ? (*history_)[cursor_].event_id
                                    : next_event_id_;
  std::string child = instance.value_or(
      model::child_instance_id(assignment_.instance, assignment_.execution_id, next_id));
  return schedule(event::SubOrchestrationScheduled{std::string(name), options.version(),
                                                   std::move(child), std::move(input),
                                                   options.outlives_parent()});
}

void ExecutionCore::continue_as_new(Payload input, std::optional<std::string> version) {
  require_no_pure_code();
  require_awaitable("continue as new");
  require(model::check_payload("next execution's input", input));
  require_version(version);
  if (!next_execution_) {
    next_execution_ = NextExecution{std::move(input), std::move(version)};
  }
}

void ExecutionCore::set_value(std::string_view key, Payload value) {
  require(model::check_key(key));
  const event::KeyValueSet change{std::string(key), std::move(value)};
  if (!is_recorded_next(change)) {
    require_within("value of key `" + change.key + "`", change.value.size(),
                   services_->max_value_bytes, "bytes", "RuntimeOptions::max_value_bytes");
    const std::size_t size =
        state().values().size() + (state().values().count(change.key) == 0 ? 1 : 0);
    require_within("key-value state of instance " + assignment_.instance, size,
                   services_->max_values, "entries", "RuntimeOptions::max_values");
  }
  record_event(change);
}

void ExecutionCore::set_custom_status(std::optional<std::string> status) {
  const event::CustomStatusUpdated change{std::move(status)};
  // To the limit, another text is another decision: what was refused is not in history, and what
  // follows there may be the next, shorter one.
  const bool was_accepted = is_recorded_next(change) && std::get<event::CustomStatusUpdated>(
                                                            (*history_)[cursor_].kind) == change;
  if (change.status && !was_accepted) {
    require_within("custom status", change.status->size(), services_->max_custom_status_bytes,
                   "bytes", "RuntimeOptions::max_custom_status_bytes");
  }
  record_event(change);
}

void ExecutionCore::require_other(std::string_view instance) const {
  require(model::check_instance_id(instance));
  if (instance == assignment_.instance) {
    require(model::flaw("instance `" + std::string(instance) +
                        "` cannot send to itself: it knows already what it would be told"));
  }
}

bool ExecutionCore::patched(std::string_view id) {
  require_no_pure_code();
  require(model::check_name("patch id", id));
  const event::PatchMarked mark{std::string(id)};
  const auto known = patches_.find(id);
  if (known != patches_.end()) {
    if (is_recorded_next(mark)) {
      record_event(mark);  // by code that asked here first
    }
    return known->second;
  }
  const bool is_on = !has_passed_here() || is_recorded_next(mark);
  if (is_on) {
    record_event(mark);
  }
  patches_.emplace(id, is_on);
  return is_on;
}

void ExecutionCore::deprecate_patch(std::string_view id) {
  require_no_pure_code();
  require(model::check_name("patch id", id));
  const event::PatchMarked mark{std::string(id)};
  if (is_recorded_next(mark)) {
    record_event(mark);
  }
  // Where the code still asks, the answer must not depend on whose mark this was.
  patches_.emplace(id, true);
}

Payload ExecutionCore::side_effect(std::string_view name,
                                   const std::function<std::string()>& make) {
  require(model::check_name("name of a side effect", name));
  require_no_pure_code();
  event::SideEffectRecorded effect{std::string(name), {}};
  if (!has_passed_here()) {
    make_side_effect(effect, make);
  }
  effect = record(std::move(effect));
  if (failure_) {
    // The code does not repeat its history: there is no value, and nothing it does counts any more.
    throw OrchestrationError(*failure_);
  }
  if (effect.error) {
    throw SideEffectFailed(*effect.error);
  }
  return effect.value;
}

void ExecutionCore::make_side_effect(event::SideEffectRecorded& effect,
                                     const std::function<std::string()>& make) {
  const InPureCode within(*this, PureCode::side_effect);
  try {
    effect.value = make();
    require(model::check_payload("value of side effect " + effect.name, effect.value));
  } catch (...) {
    effect.value = Payload();
    effect.error =
        model::details_of(std::current_exception(), ErrorKind::orchestration_failed, effect.name);
    model::limit_size(*effect.error);
  }
}

void ExecutionCore::log(LogLevel level, std::string message) const {
  if (!replaying_ && services_->log) {
    services_->log(LogRecord{level,
                             std::move(message),
                             assignment_.instance,
                             assignment_.execution_id,
                             assignment_.orchestration,
                             assignment_.version,
                             {},
                             0,
                             model::trace_id_of(headers_)});
  }
}

}  // namespace duroxide::DUROXIDE_ABI::detail
