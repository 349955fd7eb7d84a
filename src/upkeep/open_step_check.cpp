#include "upkeep/open_step_check.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/instances.hpp"
#include "model/encoding.hpp"
#include "model/kinds.hpp"
#include "model/overloaded.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// The answers to steps of an execution that wait among its messages.
struct Answers {
  std::set<std::pair<std::size_t, std::uint64_t>> answered;  ///< kind of step, event id
  /// One that cannot be read may be any of them, and is found out elsewhere.
  bool any_unreadable = false;

  void take(const WorkItem& item, std::uint64_t execution) {
    const auto answer = model::answer_in(item);
    if (answer && answer->execution_id == execution) {
      answered.emplace(answer->step, answer->id);
    }
  }
  [[nodiscard]] bool contain(const model::OpenStep& step) const {
    return answered.contains({step.what.index(), step.event_id});
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
  const auto record = row ? decode_instance(*row) : model::flaw("there is no row");
  // One that cannot be read is found out elsewhere.
  return row && (!record || record->status == ExecutionStatus::running);
}

/// Looks for what the steps of one execution have asked for where it has to be.
class StepCheck {
 public:
  StepCheck(const ReadView& view, Number number, const InstanceRecord& record, Findings& findings)
      : view_(view), number_(number), record_(record), findings_(findings) {}

  void check(const model::OpenStep& step) const {
    switch (model::errand_of(step.what.index())) {
      case model::Errand::activity:
        check_activity(step);
        break;
      case model::Errand::timer:
        check_timer(step);
        break;
      case model::Errand::child:
        check_child(step);
        break;
      case model::Errand::end:
        check_end(step);
        break;
      case model::Errand::question:  // answered in the transaction that has brought it
      case model::Errand::none:      // what is raised may come or not
        break;
    }
  }

 private:
  void check_activity(const model::OpenStep& step) const {
    const auto key = WorkKey{number_, record_.execution, step.event_id}.bytes();
    if (!view_.get(Table::work, key) && !is_set_aside(view_, Table::work, key)) {
      findings_.add(Table::work, key, record_.id,
                    "the " + model::describe_step(step.what) +
                        " is waited for, but neither in the queue nor answered");
    }
  }
  void check_timer(const model::OpenStep& step) const {
    const Timestamp due = model::whereabouts_of(step.what).due;
    const auto key = TimerRow{due, number_, record_.execution, step.event_id}.bytes();
    if (!view_.get(Table::timers, key) && !is_set_aside(view_, Table::timers, key)) {
      findings_.add(Table::timers, key, record_.id,
                    "timer " + std::to_string(step.event_id) +
                        " is waited for, but neither in the queue nor fired");
    }
  }
  void check_child(const model::OpenStep& step) const {
    const std::string child = model::whereabouts_of(step.what).instance;
    if (!runs(view_, child)) {
      findings_.add(Table::ids, child, record_.id,
                    "the child `" + child + "` is waited for, but neither runs nor has answered");
    }
  }

  void check_end(const model::OpenStep& step) const {
    const std::string awaited = model::whereabouts_of(step.what).instance;
    const auto bytes = view_.get(Table::ids, awaited);
    const auto key =
        AwaitedRow{bytes ? stored_number(*bytes) : 0, number_, record_.execution, step.event_id}
            .bytes();
    if (!view_.get(Table::awaited, key)) {
      findings_.add(Table::awaited, key, record_.id,
                    "the end of `" + awaited +
                        "` is waited for, but neither has it come nor will it be told");
    }
  }

  const ReadView& view_;
  Number number_;
  const InstanceRecord& record_;
  Findings& findings_;
};

}  // namespace

void check_open_steps(const ReadView& view, Number number, const InstanceRecord& record,
                      const model::OpenSteps& open, Findings& findings) {
  const auto lies_outside = [](const model::OpenStep& step) {
    return model::needs_closing(step.what);
  };
  if (std::none_of(open.steps.begin(), open.steps.end(), lies_outside)) {
    return;
  }
  const Answers answers = find_answers(view, number, record.execution);
  if (answers.any_unreadable) {
    return;
  }
  const StepCheck check(view, number, record, findings);
  for (const model::OpenStep& step : open.steps) {
    if (!answers.contain(step)) {
      check.check(step);
    }
  }
}

}  // namespace duroxide::storage
