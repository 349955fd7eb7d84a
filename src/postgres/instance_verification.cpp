#include "postgres/instance_verification.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "model/encoding.hpp"
#include "model/kept_messages.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"
#include "model/open_steps.hpp"
#include "postgres/executions.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/message_row.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"
#include "postgres/wire_types.hpp"

namespace duroxide::postgres {

namespace {

/// The rows of one table that belong to some instances: by the number that is their first column.
class RowsByInstance {
 public:
  explicit RowsByInstance(Rows rows) : rows_(std::move(rows)) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      places_[rows_.row(i).number(0)].push_back(i);
    }
  }
  [[nodiscard]] std::vector<Rows::Row> of(std::int64_t number) const {
    std::vector<Rows::Row> found;
    if (const auto places = places_.find(number); places != places_.end()) {
      for (const std::size_t place : places->second) {
        found.push_back(rows_.row(place));
      }
    }
    return found;
  }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  Rows rows_;
  std::map<std::int64_t, std::vector<std::size_t>> places_;
};

const std::string& part_text() {
  static const std::string text = std::string("SELECT ") + instance_columns +
                                  ", t.ready IS NOT NULL, t.token IS NOT NULL"
                                  " FROM instances i JOIN turns t ON t.number = i.number"
                                  " WHERE i.number > $1 ORDER BY i.number LIMIT $2";
  return text;
}

#define OF_PART                                                             \
  "WHERE r.number IN (SELECT i.number FROM instances i WHERE i.number > $1" \
  " ORDER BY i.number LIMIT $2)"

struct Part {
  explicit Part(const Answers& answers)
      : executions(answers[1]),
        history(answers[2]),
        inbox(answers[3]),
        kept(answers[4]),
        work(answers[5]),
        timers(answers[6]),
        awaited(answers[7]),
        running_children(answers[8]) {}

  [[nodiscard]] static std::vector<Call> calls(std::int64_t behind, std::int64_t size) {
    const auto call = [&](const char* name, const char* text) {
      return Call{name, Parameters().number(behind).number(size), text};
    };
    return {
        call("verified_instances", part_text().c_str()),
        call("verified_executions",
             "SELECT r.number, r.execution, r.status, r.event_count, r.output IS NOT NULL,"
             " r.failure, r.failure_told FROM executions r " OF_PART
             " ORDER BY r.number, r.execution"),
        call("verified_history",
             "SELECT r.number, r.execution, r.first_event, r.events FROM history r " OF_PART
             " ORDER BY r.number, r.execution, r.first_event"),
        call("verified_inbox",
             "SELECT r.number, r.place, r.kind, r.of_execution, r.of_event, r.made_here, r.item"
             " FROM inbox r " OF_PART " ORDER BY r.number, r.place"),
        call("verified_kept",
             "SELECT r.number, r.place, r.kind, r.of_execution, r.of_event, r.made_here, r.item"
             " FROM kept r " OF_PART " ORDER BY r.number, r.place"),
        call("verified_work",
             "SELECT r.number, r.execution, r.event, r.name, r.item FROM work r " OF_PART
             " ORDER BY r.number, r.execution, r.event"),
        call("verified_timers",
             "SELECT r.number, r.execution, r.event, r.kind, r.due, r.item FROM timers r " OF_PART
             " ORDER BY r.number, r.due"),
        call("verified_awaited",
             "SELECT r.reader AS number, r.execution, r.event FROM awaited r"
             " WHERE r.reader IN (SELECT i.number FROM instances i WHERE i.number > $1"
             " ORDER BY i.number LIMIT $2)"),
        call("verified_children",
             "SELECT r.parent_number, r.id FROM instances r WHERE r.status = 0 AND r.parent_number"
             " IN (SELECT i.number FROM instances i WHERE i.number > $1"
             " ORDER BY i.number LIMIT $2)"),
    };
  }
  [[nodiscard]] std::uint64_t records() const {
    return executions.size() + history.size() + inbox.size() + kept.size() + work.size() +
           timers.size() + awaited.size();
  }

  RowsByInstance executions;
  RowsByInstance history;
  RowsByInstance inbox;
  RowsByInstance kept;
  RowsByInstance work;
  RowsByInstance timers;
  RowsByInstance awaited;
  RowsByInstance running_children;
};

#undef OF_PART

/// Checks one instance; each part adds to the findings by itself.
class InstanceCheck {
 public:
  InstanceCheck(const InstanceRow& instance, const Part& part, Findings& findings)
      : instance_(instance), part_(part), findings_(findings) {}

  void check() {
    if (instance_.status == ExecutionStatus::continued_as_new) {
      found("instances", {number()}, "its status is ContinuedAsNew, which only an execution has");
      return;
    }
    if (const auto right = model::check_instance_id(instance_.id); !right) {
      found("instances", {number()}, right.error().what);
    }
    check_executions();
    check_messages();
    check_work();
    if (is_running()) {
      check_current();
    }
  }

 private:
  [[nodiscard]] std::int64_t number() const { return instance_.number; }
  [[nodiscard]] bool is_running() const { return instance_.status == ExecutionStatus::running; }

  void found(const char* table, std::initializer_list<std::int64_t> key, std::string what) {
    findings_.add(table, key_of(key), instance_.id, std::move(what));
  }

  /// The events of an execution; none if they cannot be right.
  std::optional<std::vector<Event>> history(std::int64_t execution, std::uint64_t event_count) {
    std::vector<Event> events;
    for (const Rows::Row& row : part_.history.of(number())) {
      if (row.number(1) != execution) {
        continue;
      }
      if (row.count(2) != events.size() + 1) {
        found("history", {number(), execution, row.number(2)},
              "event " + std::to_string(events.size() + 1) +
                  " should follow, but the row is that of event " + std::to_string(row.count(2)));
        return std::nullopt;
      }
      if (auto read = model::decode_events_into(row.bytes(3), events); !read) {
        found("history", {number(), execution, row.number(2)}, read.error().what);
        return std::nullopt;
      }
    }
    if (events.size() != event_count) {
      found("history", {number(), execution},
            "execution " + std::to_string(execution) + " has " + std::to_string(events.size()) +
                " events, its record counts " + std::to_string(event_count));
      return std::nullopt;
    }
    return events;
  }

  void check_executions() {
    std::int64_t last = 0;
    for (const Rows::Row& row : part_.executions.of(number())) {
      const auto execution = row.number(1);
      if (last != 0 && execution != last + 1) {
        found("executions", {number(), execution},
              "the executions between " + std::to_string(last) + " and " +
                  std::to_string(execution) + " are missing");
      }
      last = execution;
      check_execution(row, execution);
    }
    // The older ones may have been pruned, the newest never is.
    const auto expected = static_cast<std::int64_t>(instance_.execution) - (is_running() ? 1 : 0);
    if (last != expected && (last != 0 || !is_running())) {
      found("executions", {number(), expected},
            "execution " + std::to_string(expected) + " should be the last that has ended, but " +
                std::to_string(last) + " is");
    }
  }

  void check_execution(const Rows::Row& row, std::int64_t execution) {
    const bool is_last =
        !is_running() && execution == static_cast<std::int64_t>(instance_.execution);
    const auto expected = is_last ? instance_.status : ExecutionStatus::continued_as_new;
    const auto status = static_cast<ExecutionStatus>(row.number(2));
    if (status != expected) {
      found("executions", {number(), execution},
            "the status of the execution is not the " + std::string(to_string(expected)) +
                " of the instance");
    }
    if (is_last && row.count(3) != instance_.event_count) {
      found("executions", {number(), execution}, "it counts other events than the instance");
    }
    const bool failed = model::keeps_messages(status);
    if ((status == ExecutionStatus::completed) != row.flag(4) || failed == row.is_null(5)) {
      found("executions", {number(), execution}, "it has not the result that its status needs");
    }
    for (const std::size_t column : {5U, 6U}) {
      if (!row.is_null(column) && !model::decode_error(row.bytes(column))) {
        found("executions", {number(), execution}, "its error cannot be read");
      }
    }
    const auto events = history(execution, row.count(3));
    if (events && (events->empty() || as_indexed(events->back().kind) != status)) {
      found("history", {number(), execution}, "its last event is not the end that its record says");
    } else if (events && !model::find_open_steps(*events)) {
      found("history", {number(), execution},
            "the events cannot be right: " + model::find_open_steps(*events).error().what);
    }
  }

  /// A history calls failed what the record calls cancelled.
  [[nodiscard]] static ExecutionStatus as_indexed(const EventKind& last) {
    const auto* failed = std::get_if<event::OrchestrationFailed>(&last);
    return failed != nullptr && failed->details.is_cancelled() ? ExecutionStatus::cancelled
                                                               : model::status_after(last);
  }

  std::optional<WorkItem> message(const char* table, const Rows::Row& row) {
    StoredMessage stored;
    stored.kind = row.number(2);
    stored.of_execution = row.number(3);
    stored.of_event = row.number(4);
    stored.made_here = row.flag(5);
    if (!row.is_null(6)) {
      stored.item = row.bytes(6);
    }
    auto item = read_message(stored, instance_.id);
    if (!item) {
      found(table, {number(), row.number(1)}, item.error().what);
      return std::nullopt;
    }
    if (target_instance(*item) != instance_.id) {
      found(table, {number(), row.number(1)},
            "the message is for another instance, `" + target_instance(*item) + "`");
    }
    if (static_cast<std::int64_t>(item->index()) != stored.kind) {
      found(table, {number(), row.number(1)}, "the message is of another kind than its row says");
    }
    return std::move(*item);
  }

  void check_messages() {
    for (const Rows::Row& row : part_.inbox.of(number())) {
      const auto item = message("inbox", row);
      if (!is_running()) {
        found("inbox", {number(), row.number(1)},
              "the message waits for an instance that has ended");
      } else if (item) {
        check_message(*item, row.number(1));
      }
    }
    for (const Rows::Row& row : part_.kept.of(number())) {
      const auto item = message("kept", row);
      if (!model::keeps_messages(instance_.status)) {
        found("kept", {number(), row.number(1)},
              "the message is kept for a rewind, but the instance has not failed");
      } else if (item && !model::is_kept(*item, instance_.execution)) {
        found("kept", {number(), row.number(1)},
              "the message is kept for a rewind, which would not deliver it");
      }
    }
  }

  void check_message(const WorkItem& item, std::int64_t place) {
    const bool is_start = std::holds_alternative<work::StartOrchestration>(item);
    const bool begins = is_start || std::holds_alternative<work::ContinueAsNew>(item);
    // An instance that was restored is woken by a start that comes once more.
    const bool wakes = is_start && place != 0 && instance_.event_count != 0;
    if (begins != (place == 0) && !wakes) {
      found("inbox", {number(), place},
            "the start of an execution, and only that, has the number 0 among the messages");
    } else if (place == 0 && instance_.event_count != 0) {
      found("inbox", {number(), place},
            "the start of an execution waits, but it has begun already");
    }
    if (const auto answer = model::answer_in(item);
        answer && answer->execution_id == instance_.execution) {
      answered_.insert(answer->id);
    }
  }

  void check_work() {
    for (const Rows::Row& row : part_.work.of(number())) {
      const auto item = model::decode_work_item(row.bytes(4));
      const auto* activity = item ? std::get_if<work::ActivityExecute>(&*item) : nullptr;
      if (activity == nullptr) {
        found("work", {number(), row.number(1), row.number(2)},
              "it is no activity that can be read");
      } else if (activity->instance != instance_.id || activity->execution_id != row.count(1) ||
                 activity->id != row.count(2) || activity->name != row.text(3)) {
        found(
            "work", {number(), row.number(1), row.number(2)},
            "the activity is that of another instance, execution, event or name than its row says");
      } else if (activity->incarnation != static_cast<std::uint64_t>(instance_.incarnation)) {
        found("work", {number(), row.number(1), row.number(2)},
              "the activity is of another incarnation than its instance");
      }
      if (row.count(1) == instance_.execution) {
        scheduled_.insert(row.count(2));
      }
    }
    for (const Rows::Row& row : part_.timers.of(number())) {
      if (!model::decode_work_item(row.bytes(5))) {
        found("timers", {row.number(4), number(), row.number(1), row.number(2)},
              "the timer cannot be read");
      }
      if (row.number(3) == 0 && row.count(1) == instance_.execution) {
        timers_.insert(row.count(2));
      }
    }
  }

  void check_current() {
    if (instance_.event_count == 0) {
      const auto inbox = part_.inbox.of(number());
      const bool has_start =
          instance_.start_due ? has_timer(2) : !inbox.empty() && inbox.front().number(1) == 0;
      if (!has_start) {
        found("inbox", {number(), 0}, "the start of the execution is missing");
      }
      return;
    }
    const auto events =
        history(static_cast<std::int64_t>(instance_.execution), instance_.event_count);
    if (!events) {
      return;
    }
    const auto open = model::find_open_steps(*events);
    if (!open) {
      found("history", {number(), static_cast<std::int64_t>(instance_.execution)},
            "the events cannot be right: " + open.error().what);
      return;
    }
    check_steps(*open);
  }
  [[nodiscard]] bool has_timer(std::int64_t kind) const {
    const auto timers = part_.timers.of(number());
    return std::any_of(timers.begin(), timers.end(),
                       [kind](const Rows::Row& row) { return row.number(3) == kind; });
  }

  /// Looks for what the open steps have asked for where it has to be.
  void check_steps(const model::OpenSteps& open) {
    std::set<std::uint64_t> awaited;
    for (const Rows::Row& row : part_.awaited.of(number())) {
      awaited.insert(row.count(2));
    }
    std::set<std::string> children;
    for (const Rows::Row& row : part_.running_children.of(number())) {
      children.insert(row.text(1));
    }
    for (const model::OpenStep& step : open.steps) {
      if (answered_.contains(step.event_id)) {
        continue;
      }
      const auto id = static_cast<std::int64_t>(step.event_id);
      const auto execution = static_cast<std::int64_t>(instance_.execution);
      switch (model::errand_of(step.what.index())) {
        case model::Errand::activity:
          require_there("work", scheduled_.contains(step.event_id), {number(), execution, id},
                        step);
          break;
        case model::Errand::timer:
          require_there("timers", timers_.contains(step.event_id), {number(), execution, id}, step);
          break;
        case model::Errand::child:
          require_there("instances", children.contains(model::whereabouts_of(step.what).instance),
                        {number()}, step);
          break;
        case model::Errand::end:
          require_there("awaited", awaited.contains(step.event_id), {number(), execution, id},
                        step);
          break;
        case model::Errand::question:  // answered in the transaction that has brought it
        case model::Errand::none:      // what is raised may come or not
          break;
      }
    }
    for (const std::uint64_t event : scheduled_) {
      if (!open.is_open(model::Errand::activity, event)) {
        found("work",
              {number(), static_cast<std::int64_t>(instance_.execution),
               static_cast<std::int64_t>(event)},
              "the activity is in the queue, but its instance does not wait for it");
      }
    }
    for (const std::uint64_t event : timers_) {
      if (!open.is_open(model::Errand::timer, event)) {
        found("timers",
              {number(), static_cast<std::int64_t>(instance_.execution),
               static_cast<std::int64_t>(event)},
              "the timer is in the queue, but its instance does not wait for it");
      }
    }
  }
  void require_there(const char* table, bool is_there, std::initializer_list<std::int64_t> key,
                     const model::OpenStep& step) {
    if (!is_there) {
      found(table, key,
            "the " + model::describe_step(step.what) +
                " is waited for, but is neither under way nor answered");
    }
  }

  const InstanceRow& instance_;
  const Part& part_;
  Findings& findings_;
  std::set<std::uint64_t> answered_;   ///< steps of the current execution, by messages
  std::set<std::uint64_t> scheduled_;  ///< activities of it in the queue
  std::set<std::uint64_t> timers_;     ///< and timers
};

}  // namespace

std::string key_of(std::initializer_list<std::int64_t> numbers) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string key;
  for (const std::int64_t number : numbers) {
    for (unsigned shift = 64; shift > 0;) {
      shift -= 4;
      key += digits[(static_cast<std::uint64_t>(number) >> shift) & 15U];
    }
  }
  return key;
}

VerifiedPart verify_part(Database& database, std::int64_t behind, std::int64_t size,
                         Findings& findings) {
  const Answers answers = database.read(Part::calls(behind, size));
  const Part part(answers);
  VerifiedPart verified;
  for (std::size_t i = 0; i < answers[0].size(); ++i) {
    const Rows::Row row = answers[0].row(i);
    ++verified.instances;
    verified.last = row.number(0);
    findings.count_instance();
    try {
      const InstanceRow instance = instance_in(row);
      InstanceCheck(instance, part, findings).check();
      const bool has_ended = instance.status != ExecutionStatus::running;
      if (has_ended && (row.flag(instance_column_count) || row.flag(instance_column_count + 1))) {
        findings.add("turns", key_of({instance.number}), instance.id,
                     "it has ended, and yet is handed out for a turn");
      }
    } catch (const Refusal& refused) {
      findings.add("instances", key_of({row.number(0)}), row.text(1), refused.what());
    }
  }
  findings.count_records(2 * verified.instances + part.records());
  return verified;
}

}  // namespace duroxide::postgres
