#include "upkeep/instance_check.hpp"

#include <string>
#include <utility>

#include "engine/deadline.hpp"
#include "engine/instances.hpp"
#include "model/encoding.hpp"
#include "storage/keys.hpp"
#include "upkeep/open_step_check.hpp"

namespace duroxide::storage {

namespace {

constexpr Table indexes[] = {Table::by_status, Table::by_name, Table::by_updated, Table::by_parent,
                             Table::by_tag};

/// Checks one instance; each part adds to the findings by itself.
class InstanceCheck {
 public:
  InstanceCheck(const ReadView& view, Number number, const InstanceRecord& record,
                Findings& findings)
      : view_(view), number_(number), record_(record), findings_(findings) {}

  void check() const {
    if (record_.status == ExecutionStatus::continued_as_new) {
      found(Table::instances, make_key(number_),
            "its status is ContinuedAsNew, which only an execution has");
      return;
    }
    check_id();
    check_creation();
    check_indexes();
    check_executions();
    if (is_running()) {
      check_current();
      check_deadline();
    } else if (!view_.get(Table::results, make_key(number_, record_.execution))) {
      found(Table::results, make_key(number_, record_.execution),
            "the instance has ended but has no result");
    }
  }

 private:
  [[nodiscard]] bool is_running() const { return record_.status == ExecutionStatus::running; }

  void found(Table table, std::string_view key, std::string what) const {
    findings_.add(table, key, record_.id, std::move(what));
  }

  void check_id() const {
    const auto bytes = view_.get(Table::ids, record_.id);
    if (!bytes) {
      found(Table::ids, record_.id, "the instance is not found by its id");
    } else if (*bytes != make_key(number_)) {
      found(Table::ids, record_.id,
            "the id of instance number " + std::to_string(number_) + " leads elsewhere");
    }
  }

  /// Spans of time are looked up by number.
  void check_creation() const {
    const auto cursor = view_.cursor(Table::instances);
    if (!cursor->seek(make_key(number_)) || !cursor->prev()) {
      return;
    }
    const auto before = decode_instance(cursor->value());
    if (before && before->created_at > record_.created_at) {
      found(Table::instances, make_key(number_),
            "it was created before instance number " + std::to_string(number_at(cursor->key(), 0)));
    }
  }

  void check_indexes() const {
    for (const Table index : indexes) {
      for (const std::string& key : index_keys(index, number_, record_)) {
        if (!view_.get(index, key)) {
          found(index, key, "the instance is missing in this index");
        }
      }
    }
  }

  void check_executions() const {
    const auto prefix = make_key(number_);
    const auto cursor = view_.cursor(Table::executions);
    std::uint64_t last = 0;
    for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix);
         more = cursor->next()) {
      const auto execution = number_at(cursor->key(), 8);
      if (last != 0 && execution != last + 1) {
        found(Table::executions, cursor->key(),
              "the executions between " + std::to_string(last) + " and " +
                  std::to_string(execution) + " are missing");
      }
      last = execution;
      check_execution(cursor->key(), cursor->value(), execution);
    }
    // The older ones may have been pruned, the newest never is.
    const auto expected = is_running() ? record_.execution - 1 : record_.execution;
    if (last < expected && (last != 0 || !is_running())) {
      found(Table::executions, make_key(number_, expected),
            "execution " + std::to_string(expected) + " has ended but has no record");
    }
  }

  void check_execution(std::string_view key, std::string_view value,
                       std::uint64_t execution) const {
    const auto decoded = decode_execution(value);
    if (!decoded) {
      found(Table::executions, key, decoded.error().what);
      return;
    }
    const bool is_last = !is_running() && execution == record_.execution;
    const auto expected = is_last ? record_.status : ExecutionStatus::continued_as_new;
    if (decoded->status != expected) {
      found(Table::executions, key,
            "the status of the execution is " + std::string(to_string(decoded->status)) +
                ", which is not the " + std::string(to_string(expected)) + " of the instance");
    }
    if (is_last && decoded->event_count != record_.event_count) {
      found(Table::executions, key, "it counts other events than the instance");
    }
    const auto history =
        check_history(view_, number_, execution, decoded->event_count, record_.id, findings_);
    if (history && !history->steps.ended) {
      found(Table::history, key, "the execution has ended, but its history does not say so");
    } else if (history && is_last) {
      check_result(key, history->last);
    }
  }

  /// That the result is what the last event of the history says.
  void check_result(std::string_view key, const Event& last) const {
    const auto bytes = view_.get(Table::results, key);
    const auto result =
        bytes ? decode_result(*bytes) : model::flaw("there is none, which is told elsewhere");
    if (!result) {
      return;
    }
    const auto* completed = std::get_if<event::OrchestrationCompleted>(&last.kind);
    const auto* failed = std::get_if<event::OrchestrationFailed>(&last.kind);
    const bool same =
        completed != nullptr ? result->is_completed() && result->output() == completed->output
        : failed != nullptr  ? result->error() != nullptr && *result->error() == failed->details
                             : false;
    if (!same) {
      found(Table::results, key, "the result is not what the last event of its history says");
    }
  }

  void check_current() const {
    if (record_.event_count == 0) {
      check_start();
      return;
    }
    const auto history = check_history(view_, number_, record_.execution, record_.event_count,
                                       record_.id, findings_);
    if (!history) {
      return;
    }
    if (history->steps.ended) {
      found(Table::history, make_key(number_, record_.execution),
            "the history has an end, but the execution is running");
      return;
    }
    check_open_steps(view_, number_, record_, history->steps, findings_);
  }

  void check_deadline() const {
    if (record_.deadline) {
      const auto row = TimerRow{*record_.deadline, number_, 0, deadline_id}.bytes();
      if (!view_.get(Table::timers, row)) {
        found(Table::timers, row, "what ends the instance when its time is over is missing");
      }
    }
  }

  void check_start() const {
    if (record_.start_due) {
      const auto row = TimerRow{*record_.start_due, number_, 0, 0}.bytes();
      if (!view_.get(Table::timers, row)) {
        found(Table::timers, row, "the delayed start of the instance is missing");
      }
      return;
    }
    const auto row = make_key(number_, std::uint64_t{0});
    std::string aside(1, static_cast<char>(Table::inbox));
    aside += row;
    if (!view_.get(Table::inbox, row) && !view_.get(Table::set_aside, aside)) {
      found(Table::inbox, row, "the start of the execution is missing");
    }
  }

  const ReadView& view_;
  Number number_;
  const InstanceRecord& record_;
  Findings& findings_;
};

}  // namespace

std::vector<std::string> index_keys(Table index, Number number, const InstanceRecord& record) {
  switch (index) {
    case Table::by_status:
      return {status_key(record.status, number)};
    case Table::by_name:
      return {name_key(record.orchestration, record.status, number)};
    case Table::by_updated:
      return {update_key(record.status, record.updated_at, number)};
    case Table::by_parent:
      if (record.parent_number == 0) {
        return {};
      }
      return {make_key(record.parent_number, number)};
    case Table::by_tag: {
      std::vector<std::string> keys;
      for (const std::string& tag : record.tags) {
        keys.push_back(tag_key(tag, number));
      }
      return keys;
    }
    default:
      return {};
  }
}

void check_instance(const ReadView& view, std::string_view key, std::string_view value,
                    Findings& findings) {
  findings.count_instance();
  if (key.size() != sizeof(Number)) {
    findings.add(Table::instances, key, {}, "the key is not a number");
    return;
  }
  const auto record = decode_instance(value);
  if (!record) {
    findings.add(Table::instances, key, {}, record.error().what);
    return;
  }
  InstanceCheck(view, number_at(key, 0), *record, findings).check();
}

std::optional<CheckedHistory> check_history(const ReadView& view, Number number,
                                            std::uint64_t execution, std::uint64_t event_count,
                                            std::string_view instance, Findings& findings) {
  std::vector<Event> events;
  const auto prefix = make_key(number, execution);
  const auto cursor = view.cursor(Table::history);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix);
       more = cursor->next()) {
    const std::size_t before = events.size();
    if (auto read = model::decode_events_into(cursor->value(), events); !read) {
      findings.add(Table::history, cursor->key(), instance, read.error().what);
      return std::nullopt;
    }
    const auto first = number_at(cursor->key(), prefix.size());
    if (events.size() == before || first != events[before].event_id || first != before + 1) {
      findings.add(Table::history, cursor->key(), instance,
                   "event " + std::to_string(before + 1) +
                       " should follow, but the row is that of event " + std::to_string(first));
      return std::nullopt;
    }
  }
  if (events.size() != event_count) {
    findings.add(Table::history, prefix, instance,
                 "execution " + std::to_string(execution) + " has " +
                     std::to_string(events.size()) + " events, its record counts " +
                     std::to_string(event_count));
    return std::nullopt;
  }
  auto steps = model::find_open_steps(events);
  if (!steps) {
    findings.add(Table::history, prefix, instance,
                 "execution " + std::to_string(execution) + ": " + steps.error().what);
    return std::nullopt;
  }
  return CheckedHistory{std::move(*steps), std::move(events.back())};
}

}  // namespace duroxide::storage
