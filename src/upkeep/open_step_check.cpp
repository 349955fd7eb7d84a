#include "upkeep/open_step_check.hpp"

#include <set>
#include <string>
#include <utility>

#include "engine/instances.hpp"
#include "model/encoding.hpp"
#include "model/overloaded.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// The answers to steps of an execution that wait among its messages.
struct Answers {
  std::set<std::uint64_t> activities;
  std::set<std::uint64_t> timers;
  std::set<std::uint64_t> children;
  /// One that cannot be read may be any of them, and is found out elsewhere.
  bool any_unreadable = false;

  void take(const WorkItem& item, std::uint64_t execution) {
    const auto note = [execution](std::set<std::uint64_t>& ids, const auto& answer) {
      if (answer.execution_id == execution) {
        ids.insert(answer.id);
      }
    };
    std::visit(
        model::Overloaded{[&](const work::ActivityCompleted& answer) { note(activities, answer); },
                          [&](const work::ActivityFailed& answer) { note(activities, answer); },
                          [&](const work::TimerFired& answer) { note(timers, answer); },
                          [&](const work::SubOrchCompleted& answer) { note(children, answer); },
                          [&](const work::SubOrchFailed& answer) { note(children, answer); },
                          [](const auto&) {}},
        item);
  }
};

Answers find_answers(const ReadView& view, Number number, std::uint64_t execution) {
  Answers answers;
  const auto prefix = make_key(number);
  const auto inbox = view.cursor(Table::inbox);
  for (bool more = inbox->seek(prefix); more && inbox->key().starts_with(prefix);
       more = inbox->next()) {
    if (const auto item = model::decode_work_item(inbox->value())) {
      answers.take(*item, execution);
    } else {
      answers.any_unreadable = true;
    }
  }
  std::string aside(1, static_cast<char>(Table::inbox));
  aside += prefix;
  const auto cursor = view.cursor(Table::set_aside);
  answers.any_unreadable =
      answers.any_unreadable || (cursor->seek(aside) && cursor->key().starts_with(aside));
  return answers;
}

bool is_set_aside(const ReadView& view, Table table, const std::string& key) {
  return view.get(Table::set_aside, static_cast<char>(table) + key).has_value();
}

bool runs(const ReadView& view, std::string_view instance) {
  const auto bytes = view.get(Table::ids, instance);
  const auto row = bytes ? view.get(Table::instances, *bytes) : std::nullopt;
  const auto record = row ? decode_instance(*row) : failure(std::string());
  // One that cannot be read is found out elsewhere.
  return row && (!record || record->status == ExecutionStatus::running);
}

}  // namespace

void check_open_steps(const ReadView& view, Number number, const InstanceRecord& record,
                      const OpenSteps& steps, Findings& findings) {
  if (steps.activities.empty() && steps.timers.empty() && steps.children.empty()) {
    return;
  }
  const Answers answers = find_answers(view, number, record.execution);
  if (answers.any_unreadable) {
    return;
  }
  for (const auto& activity : steps.activities) {
    const auto key = WorkKey{number, record.execution, activity.event_id}.bytes();
    if (!answers.activities.contains(activity.event_id) && !view.get(Table::work, key) &&
        !is_set_aside(view, Table::work, key)) {
      findings.add(Table::work, key, record.id,
                   "the activity `" + activity.what.name +
                       "` is waited for, but neither in the queue nor answered");
    }
  }
  for (const auto& timer : steps.timers) {
    const auto key = TimerRow{timer.what.fire_at, number, record.execution, timer.event_id}.bytes();
    if (!answers.timers.contains(timer.event_id) && !view.get(Table::timers, key) &&
        !is_set_aside(view, Table::timers, key)) {
      findings.add(Table::timers, key, record.id,
                   "timer " + std::to_string(timer.event_id) +
                       " is waited for, but neither in the queue nor fired");
    }
  }
  for (const auto& child : steps.children) {
    if (!answers.children.contains(child.event_id) && !runs(view, child.what.instance)) {
      findings.add(Table::ids, child.what.instance, record.id,
                   "the child `" + child.what.instance +
                       "` is waited for, but neither runs nor has answered");
    }
  }
}

}  // namespace duroxide::storage
