#include "model/export_check.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "model/json_fields.hpp"
#include "model/kept_messages.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"
#include "model/open_steps.hpp"
#include "model/overloaded.hpp"

namespace duroxide::model {

namespace {

/// The answer of several checks: that of the first which finds something.
class Checks {
 public:
  Checks& unless(bool good, const std::string& what) { return good ? *this : add(flaw(what)); }
  Checks& add(Checked checked) {
    if (answer_) {
      answer_ = std::move(checked);
    }
    return *this;
  }
  [[nodiscard]] const Checked& answer() const { return answer_; }

 private:
  Checked answer_;
};

/// Whether a text of a structure is longer than a payload may be.
class LongText {
 public:
  template <class T>
  using Of = const T;

  template <class T>
  void needed(const char* name, const T& value) {
    look(name, value);
  }
  template <class T>
  void usual(const char* name, const T& value) {
    look(name, value);
  }
  template <class Variant>
  void kind(const Variant& variant) {
    std::visit([this](const auto& each) { fields(*this, each); }, variant);
  }
  [[nodiscard]] const Checked& answer() const { return answer_; }

 private:
  void look(const char* name, const std::string& text) {
    if (answer_) {
      answer_ = check_payload(name, text);
    }
  }
  void look(const char* /*name*/, const Headers& headers) {
    if (answer_) {
      answer_ = check_headers(headers);
    }
  }
  void look(const char* name, const Payload& payload) { look(name, payload.text()); }
  template <class T>
  void look(const char* name, const std::optional<T>& value) {
    if (value) {
      look(name, *value);
    }
  }
  template <class T>
  void look(const char* name, const std::vector<T>& values) {
    for (const T& value : values) {
      look(name, value);
    }
  }
  template <class T>
  void look(const char*, const T& value) {
    if constexpr (std::is_same_v<T, WorkItem>) {
      kind(value);
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, Timestamp>) {
      fields(*this, value);
    }
  }

  Checked answer_;
};

ExecutionStatus status_at_end_of(const std::vector<Event>& events) {
  return events.empty() ? ExecutionStatus::running : status_after(events.back().kind);
}

/// An export calls failed what was cancelled.
ExecutionStatus as_exported(ExecutionStatus status) {
  return status == ExecutionStatus::cancelled ? ExecutionStatus::failed : status;
}

// One a microsecond for thirty thousand years, and far from where numbers end.
constexpr std::uint64_t last_execution = std::uint64_t{1} << 60U;

/// The first may have any number, as what was before it may have been pruned.
Checked check_numbers(const std::vector<ExportedExecution>& executions) {
  Checks checks;
  std::uint64_t before = 0;
  for (const ExportedExecution& execution : executions) {
    const std::string which = "execution " + std::to_string(execution.execution_id);
    checks.unless(execution.execution_id > 0, "executions are counted from 1, and one has number 0")
        .unless(execution.execution_id <= last_execution,
                which + " is beyond the last that there can be, " + std::to_string(last_execution))
        .unless(before == 0 || execution.execution_id == before + 1,
                which + " does not follow execution " + std::to_string(before) +
                    ": each has the number behind that of the one before it");
    before = execution.execution_id;
  }
  return checks.answer();
}

/// Also gives the state that the execution leaves.
Checked check_execution(const InstanceExport& exported, const ExportedExecution& execution,
                        std::optional<CarriedState>& state) {
  const std::string which = "execution " + std::to_string(execution.execution_id);
  const bool is_last = &execution == &exported.executions.back();
  Checks checks;
  checks
      .unless(as_exported(execution.status) == status_at_end_of(execution.events),
              which + " has the status " + std::string(to_string(execution.status)) +
                  ", and its events say " +
                  std::string(to_string(status_at_end_of(execution.events))))
      .unless(execution.ended_at.has_value() == (execution.status != ExecutionStatus::running),
              which + " needs an end if it has ended, and none if it runs")
      .unless(is_last == (execution.status != ExecutionStatus::continued_as_new),
              which + (is_last ? " is the last and yet has continued as new"
                               : " is not the last and yet has not continued as new"));
  if (execution.events.empty()) {
    return checks.unless(execution.version.empty(), which + " has a version and no events")
        .answer();
  }
  auto open = find_open_steps(execution.events);
  if (!open) {
    return checks.unless(false, "the events of " + which + " cannot be right: " + open.error().what)
        .answer();
  }
  for (const Event& event : execution.events) {
    checks.add(check_names(event.kind));
  }
  const auto& started = std::get<event::OrchestrationStarted>(execution.events.front().kind);
  state = std::move(open->state);
  return checks
      .unless(started.name == exported.orchestration_name || !is_last,
              which + " is one of the orchestration `" + started.name + "`")
      .unless(started.version == execution.version, which + " has the version `" +
                                                        execution.version + "`, and began as `" +
                                                        started.version + "`")
      .unless(started.parent == exported.parent, which + " has another parent than the instance")
      .add(check_name("orchestration name", started.name))
      .add(started.version.empty() ? Checked() : check_version(started.version))
      .answer();
}

/// Whether the event that a message answers was ever scheduled.
Checked check_answer(const ExportedExecution& current, const Answer& answer) {
  const bool is_old = answer.execution_id != current.execution_id;
  const bool is_there = answer.id > 0 && answer.id <= current.events.size() &&
                        current.events[answer.id - 1].kind.index() == answer.step;
  if (is_old || is_there) {
    return {};
  }
  return flaw("a message answers event " + std::to_string(answer.id) +
              ", which has asked for nothing of the kind");
}

Checked check_message(const InstanceExport& exported, const WorkItem& message, bool is_first) {
  const ExportedExecution& current = exported.executions.back();
  if (target_instance(message) != exported.instance_id) {
    return flaw("a message is for the instance `" + target_instance(message) + "`");
  }
  if (const auto* start = std::get_if<work::StartOrchestration>(&message)) {
    return current.events.empty() && !(is_first && current.execution_id == 1)
               ? flaw("a start is not the first message of the first execution")
               : check_name("orchestration name", start->orchestration);
  }
  if (const auto* next = std::get_if<work::ContinueAsNew>(&message)) {
    return current.events.empty() && is_first && next->execution_id == current.execution_id
               ? check_name("orchestration name", next->orchestration)
               : flaw("a continue-as-new is not the first message of its execution");
  }
  if (const auto answer = answer_in(message)) {
    return check_answer(current, *answer);
  }
  return event_of(message) ? model::check_message(message)
                           : flaw("a message is none that an instance gets");
}

Checked check_messages(const InstanceExport& exported) {
  const ExportedExecution& current = exported.executions.back();
  const auto* first = exported.messages.empty() ? nullptr : &exported.messages.front();
  const bool starts = first != nullptr && std::holds_alternative<work::StartOrchestration>(*first);
  const bool begins =
      starts || (first != nullptr && std::holds_alternative<work::ContinueAsNew>(*first));
  Checks checks;
  checks
      .unless(current.status == ExecutionStatus::running || keeps_messages(current.status) ||
                  exported.messages.empty(),
              "it has ended, and yet messages are on their way to it")
      .unless(!current.events.empty() || begins,
              "its current execution has neither begun nor is its start among the messages")
      .unless(!exported.start_due || (current.events.empty() && starts),
              "its start is delayed, and yet it has begun");
  for (const WorkItem& message : exported.messages) {
    checks.add(check_message(exported, message, &message == first))
        .unless(
            !keeps_messages(current.status) || is_kept(message, current.execution_id),
            "it has failed, and yet a message is on its way that a failed instance does not keep");
  }
  return checks.answer();
}

Checked check_state(const InstanceExport& exported, const std::optional<CarriedState>& state) {
  CarriedState expected;
  if (!exported.executions.back().events.empty()) {
    expected = state.value_or(CarriedState{});
  } else if (!exported.messages.empty()) {
    if (const auto* next = std::get_if<work::ContinueAsNew>(&exported.messages.front())) {
      expected = next->carried;
    }
  }
  Checks checks;
  checks
      .unless(exported.values == expected.values,
              "its values are not those that its history amounts to")
      .unless(exported.custom_status == expected.custom_status &&
                  exported.custom_status_version == expected.custom_status_version,
              "its custom status is not the one that its history amounts to");
  for (const StoredValue& value : exported.values) {
    checks.add(check_key(value.key));
  }
  return checks.answer();
}

}  // namespace

ExecutionStatus status_of(const ExportedExecution& execution) {
  const auto* failed = execution.events.empty()
                           ? nullptr
                           : std::get_if<event::OrchestrationFailed>(&execution.events.back().kind);
  return failed != nullptr && failed->details.is_cancelled() ? ExecutionStatus::cancelled
                                                             : execution.status;
}

Checked check_export(const InstanceExport& exported) {
  Checks checks;
  checks.add(check_instance_id(exported.instance_id))
      .add(check_name("orchestration name", exported.orchestration_name))
      .add(check_tags(exported.tags))
      .unless(!exported.executions.empty(), "it has no executions");
  if (exported.parent) {
    checks.add(check_instance_id(exported.parent->instance))
        .unless(exported.parent->instance != exported.instance_id, "it is its own parent");
  }
  LongText texts;
  fields(texts, exported);
  checks.add(texts.answer());
  checks.add(check_numbers(exported.executions));
  std::optional<CarriedState> state;
  for (const ExportedExecution& execution : exported.executions) {
    checks.add(check_execution(exported, execution, state));
  }
  if (checks.answer()) {
    checks.add(check_messages(exported)).add(check_state(exported, state));
  }
  return checks.answer();
}

}  // namespace duroxide::model
