#include "engine/rewinding.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/change_notes.hpp"
#include "engine/kept_rows.hpp"
#include "engine/parents.hpp"
#include "engine/restored.hpp"
#include "engine/rows.hpp"
#include "model/kept_messages.hpp"
#include "model/limits.hpp"
#include "model/restore_plan.hpp"

namespace duroxide::storage {

namespace {

/// Or was cancelled, which is taken back likewise.
bool has_failed(const InstanceRecord& record) {
  return record.status == ExecutionStatus::failed || record.status == ExecutionStatus::cancelled;
}

}  // namespace

Result<RestoredInstance, model::Flaw> rewind_one(Transaction& transaction, Number number,
                                                 const RewindOptions& options, Children& children) {
  const auto before = transaction.instances().load(number);
  if (!before) {
    throw_corrupt(Table::instances, make_key(number), "the record is gone");
  }
  if (!has_failed(*before)) {
    return model::flaw("it has not failed");
  }
  if (options.version) {
    require(model::check_version(*options.version));
  }
  const auto history = transaction.instances().load_history(number, *before, before->execution);
  const auto kept = model::find_rewind_cut(history, options);
  if (!kept) {
    return failure(kept.error());
  }
  const model::ExecutionOf execution{before->id, before->execution, before->orchestration,
                                     options.version.value_or(before->version)};
  const std::vector<Event> events(history.begin(),
                                  history.begin() + static_cast<std::ptrdiff_t>(*kept));
  auto messages = model::messages_behind(execution, history, *kept, options.skip);
  model::add_kept(execution, events, read_kept(transaction, number), messages);
  const auto plan = model::plan_restore(execution, events, std::move(messages));
  if (!plan) {
    return failure(plan.error());
  }

  cut_history(transaction, number, history, before->execution, *kept);
  if (options.version) {
    change_version(transaction, number, before->execution, *options.version);
  }
  const auto key = make_key(number, before->execution);
  transaction.batch().erase(Table::executions, key);
  transaction.batch().erase(Table::results, key);
  transaction.batch().erase(Table::attempts, make_key(number));
  (void)erase_all(transaction.batch(), Table::kept, make_key(number));
  InstanceRecord after = *before;
  after.status = ExecutionStatus::running;
  after.incarnation = new_incarnation();
  after.event_count = *kept;
  after.version = options.version.value_or(before->version);
  after.updated_at = std::max(before->updated_at, transaction.now());
  transaction.instances().update(number, *before, after);
  note_change(transaction, ChangeKind::restored, after);
  write_state(transaction, number, plan->state);
  take_up(transaction, number, after, *plan, children);
  if (before->parent) {
    if (const auto parent = transaction.instances().find(before->parent->instance)) {
      withdraw(transaction, *parent, [&](const WorkItem& item) {
        const auto* failed = std::get_if<work::SubOrchFailed>(&item);
        return failed != nullptr && failed->execution_id == before->parent->execution_id &&
               failed->id == before->parent->event_id;
      });
    }
  }
  transaction.after_applied([&transaction, number] {
    transaction.counted().turns.erase(number);
    transaction.turns().clear_resident(number);
    transaction.turns().set_taken_up(number);
    transaction.outcome().touched.insert(number);
  });
  return RestoredInstance{before->id, *kept, history.size() - *kept, plan->activities.size()};
}

void rewind_children(Transaction& transaction, Children& children) {
  // Each of them may find some of its own.
  while (!children.to_rewind.empty()) {
    const Number number = children.to_rewind.back();
    children.to_rewind.pop_back();
    const auto record = transaction.instances().load(number);
    if (!record) {
      throw_corrupt(Table::instances, make_key(number), "the record is gone");
    }
    const std::size_t to_rewind = children.to_rewind.size();
    const std::size_t questions = children.questions.size();
    const auto done = transaction.unless_damaged(record->id, [&] {
      if (!rewind_one(transaction, number, {}, children) && has_failed(*record)) {
        tell_parent_of_failure(transaction, number, *record);
      }
    });
    if (!done) {
      children.to_rewind.resize(to_rewind);
      children.questions.resize(questions);
      if (record->parent) {
        tell_parent_of_damage(transaction, *record->parent, record->id, record->orchestration,
                              done.error().what);
      }
    }
  }
  ask_questions(transaction, children);
}

}  // namespace duroxide::storage
