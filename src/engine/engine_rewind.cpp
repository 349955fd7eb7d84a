// A failed instance is taken up again where it was before it failed.

#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "engine/kept_messages.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

/// Or was cancelled, which is taken back likewise.
bool has_failed(const InstanceRecord& record) {
  return record.status == ExecutionStatus::failed || record.status == ExecutionStatus::cancelled;
}

}  // namespace

void Engine::rewind(const management::RewindInstance& request,
                    ReplyTo<management::RewindInstance> reply) {
  apply_for<RestoredInstance>("rewind_instance", std::move(reply), [&] {
    const Number number = transaction_.require_instance(request.instance).number;
    Children children;
    children.try_again = true;
    auto restored = rewind_one(number, request.options, children);
    if (!restored) {
      throw StorageFailure(
          Kind::invalid_input,
          "the instance `" + request.instance + "` cannot be rewound: " + restored.error().what);
    }
    rewind_children(children);
    return std::move(*restored);
  });
}

void Engine::rewind_children(Children& children) {
  // Each of them may find some of its own.
  while (!children.to_rewind.empty()) {
    const Number number = children.to_rewind.back();
    children.to_rewind.pop_back();
    const auto record = instances_.load(number);
    if (!record) {
      throw_corrupt(Table::instances, make_key(number), "the record is gone");
    }
    const std::size_t to_rewind = children.to_rewind.size();
    const auto done = transaction_.unless_damaged(record->id, [&] {
      if (!rewind_one(number, {}, children) && has_failed(*record)) {
        tell_parent_of_failure(transaction_, number, *record);
      }
    });
    if (!done) {
      children.to_rewind.resize(to_rewind);
      if (record->parent) {
        tell_parent_of_damage(transaction_, *record->parent, record->id, record->orchestration,
                              done.error().what);
      }
    }
  }
}

Result<RestoredInstance, model::Flaw> Engine::rewind_one(Number number,
                                                         const RewindOptions& options,
                                                         Children& children) {
  const auto before = instances_.load(number);
  if (!before) {
    throw_corrupt(Table::instances, make_key(number), "the record is gone");
  }
  if (!has_failed(*before)) {
    return model::flaw("it has not failed");
  }
  const auto history = instances_.load_history(number, *before, before->execution);
  const auto kept = find_rewind_cut(history, options);
  if (!kept) {
    return failure(kept.error());
  }
  const ExecutionOf execution{before->id, before->execution, before->orchestration,
                              before->version};
  const std::vector<Event> events(history.begin(),
                                  history.begin() + static_cast<std::ptrdiff_t>(*kept));
  auto messages = messages_behind(execution, history, *kept, options.skip);
  add_kept(execution, events, read_kept(transaction_, number), messages);
  const auto plan = plan_restore(execution, events, std::move(messages));
  if (!plan) {
    return failure(plan.error());
  }

  cut_history(number, history, before->execution, *kept);
  const auto key = make_key(number, before->execution);
  batch_.erase(Table::executions, key);
  batch_.erase(Table::results, key);
  batch_.erase(Table::attempts, make_key(number));
  (void)erase_all(transaction_.batch(), Table::kept, make_key(number));
  InstanceRecord after = *before;
  after.status = ExecutionStatus::running;
  after.incarnation = new_incarnation();
  after.event_count = *kept;
  after.updated_at = std::max(before->updated_at, clock_->now());
  instances_.update(number, *before, after);
  note_change(transaction_, ChangeKind::restored, after);
  write_state(number, plan->state);
  take_up(number, after, *plan, children);
  if (before->parent) {
    if (const auto parent = instances_.find(before->parent->instance)) {
      withdraw(transaction_, *parent, [&](const WorkItem& item) {
        const auto* failed = std::get_if<work::SubOrchFailed>(&item);
        return failed != nullptr && failed->execution_id == before->parent->execution_id &&
               failed->id == before->parent->event_id;
      });
    }
  }
  transaction_.after_applied([this, number] {
    counted_.turns.erase(number);
    turns_.clear_resident(number);
    turns_.set_taken_up(number);
    outcome_.touched.insert(number);
  });
  return RestoredInstance{before->id, *kept, history.size() - *kept, plan->activities.size()};
}

}  // namespace duroxide::storage
