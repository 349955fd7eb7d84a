// Messages on their way into the inboxes of instances.

#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "engine/pause.hpp"
#include "model/encoding.hpp"
#include "model/ids.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

void check_start(const work::StartOrchestration& start) {
  require(model::check_instance_id(start.instance));
  require(model::check_name("orchestration name", start.orchestration));
  require(model::check_payload("input", start.input));
  if (start.version) {
    require(model::check_version(*start.version));
  }
  require(model::check_tags(start.tags));
}

void check_delay(const std::optional<Milliseconds>& delay) {
  if (delay && *delay < Milliseconds::zero()) {
    throw StorageFailure(Kind::invalid_input, "the delay is negative");
  }
}

void require_same_start(const InstanceRecord& record, const work::StartOrchestration& start) {
  const auto refuse_start = [&](const std::string& why) {
    throw StorageFailure(Kind::instance_already_exists,
                         "the instance `" + start.instance + "` exists already, and " + why);
  };
  if (record.start_digest == 0) {
    refuse_start(
        "it is not known what it was started with: it was imported or forked, or started by an "
        "earlier release. Look at it, and ask for it with `use_existing` if it will do");
  }
  if (record.start_digest != model::digest_of_start(start.orchestration, start.input)) {
    refuse_start(
        "it was started as another orchestration or with another input. Use another id, or "
        "`use_existing` to take it whatever it is");
  }
  if (start.version && record.start_version != *start.version) {
    refuse_start("it was started " +
                 (record.start_version.empty() ? std::string("without a version, and has not begun")
                                               : "in version " + record.start_version) +
                 ", not in " + *start.version);
  }
}

/// What anybody may send to an instance. Starts are checked apart, and a continue-as-new or an
/// activity only ever comes out of a turn.
void check_message(const WorkItem& item) {
  require(model::check_instance_id(target_instance(item)));
  require(model::check_sender(item));
  require(model::check_message(item));
}

/// Answers that are worth nothing to a later execution. A child's answer is: its parent learns of
/// it whatever execution that is in.
std::uint64_t bound_execution(const WorkItem& item) {
  const auto answer = model::answer_in(item);
  return answer && model::errand_of(answer->step) != model::Errand::child ? answer->execution_id
                                                                          : 0;
}

}  // namespace

void Engine::enqueue(const provider::EnqueueOrchestratorWork& request, DoneReply reply) {
  apply("enqueue_orchestrator_work", std::move(reply), [&] {
    check_delay(request.delay);
    if (const auto* start = std::get_if<work::StartOrchestration>(&request.item)) {
      if (accept_start(*start, request.delay) && !request.use_existing) {
        throw StorageFailure(Kind::instance_already_exists,
                             "the instance `" + start->instance + "` exists already");
      }
    } else {
      accept_message(request.item, request.delay);
    }
  });
}

void Engine::start_or_find(const provider::StartOrFind& request,
                           Reply<provider::Answer<provider::StartedOrFound>> reply) {
  apply_for<provider::StartedOrFound>("start_or_find", std::move(reply), [&] {
    check_delay(request.delay);
    const auto found = accept_start(request.start, request.delay);
    if (found && request.same_input) {
      const auto record = instances_.load(*found);
      require_same_start(record.value_or(InstanceRecord()), request.start);
    }
    return provider::StartedOrFound{!found};
  });
}

std::optional<Number> Engine::accept_start(const work::StartOrchestration& start,
                                           std::optional<Milliseconds> delay) {
  check_start(start);
  if (const auto number = instances_.find(start.instance)) {
    return number;
  }
  std::optional<Timestamp> due;
  if (delay && *delay > Milliseconds::zero()) {
    due = saturating_add(clock_->now(), *delay);
  }
  create_instance(start, due);
  return std::nullopt;
}

void Engine::accept_message(const WorkItem& item, std::optional<Milliseconds> delay) {
  check_message(item);
  const std::string& id = target_instance(item);
  const auto number = instances_.find(id);
  const auto record = number ? instances_.load(*number) : std::nullopt;
  if (!record) {
    throw StorageFailure(Kind::instance_not_found, "there is no instance `" + id + "`");
  }
  if (record->status != ExecutionStatus::running) {
    throw StorageFailure(Kind::instance_finished, "the instance `" + id + "` has ended");
  }
  if (delay && *delay > Milliseconds::zero()) {
    const TimerRow row{saturating_add(clock_->now(), *delay), *number, 0, numbers_.next_sequence()};
    add_delayed(transaction_, row, model::encode_work_item(item));
    return;
  }
  stage_message(*number, numbers_.next_sequence(), item);
  if (record->start_due && std::holds_alternative<work::CancelInstance>(item)) {
    bring_start_forward(*number, *record);
  }
}

void Engine::create_instance(const work::StartOrchestration& start, std::optional<Timestamp> due) {
  const Number number = numbers_.next_instance();

  InstanceRecord record;
  record.id = start.instance;
  record.orchestration = start.orchestration;
  record.created_at = numbers_.creation_time(clock_->now());
  record.updated_at = record.created_at;
  record.execution_started_at = record.created_at;
  record.start_opening = opening_.id;
  record.incarnation = new_incarnation();
  record.parent = start.parent;
  record.start_due = due;
  record.tags = start.tags;
  record.start_digest = model::digest_of_start(start.orchestration, start.input);
  record.start_version = start.version.value_or("");
  if (start.parent) {
    record.parent_number = instances_.find(start.parent->instance).value_or(0);
  }
  instances_.create(number, record);
  note_change(transaction_, ChangeKind::started, record);
  transaction_.after_applied([this, number] { outcome_.touched.insert(number); });
  if (due) {
    batch_.put_new(Table::timers, TimerRow{*due, number, 0, 0}.bytes(),
                   model::encode_work_item(start));
    outcome_.timers_touched = true;
  } else {
    stage_message(number, 0, start);
  }
}

void Engine::bring_start_forward(Number number, const InstanceRecord& record) {
  // A cancelled instance that has not begun need not wait for its hour to end.
  const TimerRow row{*record.start_due, number, 0, 0};
  const auto bytes = batch_.get(Table::timers, row.bytes());
  if (!bytes) {
    return;
  }
  batch_.put_new(Table::inbox, make_key(number, std::uint64_t{0}), std::string(*bytes));
  erase_timer(transaction_, row);
  InstanceRecord started = record;
  started.start_due.reset();
  started.start_opening = opening_.id;
  instances_.update(number, record, started);
}

void Engine::stage_message(Number number, std::uint64_t sequence, const WorkItem& item) {
  batch_.put_new(Table::inbox, make_key(number, sequence), model::encode_work_item(item));
  const auto* cancel = std::get_if<work::CancelInstance>(&item);
  if (cancel != nullptr) {
    end_pause(transaction_,
              PauseScope::of_instance(cancel->instance));  // or it would wait to be cancelled
  }
  transaction_.after_applied([this, number, cancels = cancel != nullptr] {
    outcome_.touched.insert(number);
    if (cancels || !quarantine_.contains(number)) {
      turns_.push(number);
    }
  });
}

void Engine::deliver_if_running(const WorkItem& item, std::uint64_t execution) {
  const auto number = instances_.find(target_instance(item));
  const auto record = number ? instances_.load(*number) : std::nullopt;
  if (!record || record->status != ExecutionStatus::running ||
      (execution != 0 && execution != record->execution)) {
    return;
  }
  const auto* cancel = std::get_if<work::CancelInstance>(&item);
  if (cancel != nullptr && cancel->parent && record->parent != cancel->parent) {
    return;  // the parent's child never began: its id was taken by this one
  }
  stage_message(*number, numbers_.next_sequence(), item);
  if (record->start_due && std::holds_alternative<work::CancelInstance>(item)) {
    bring_start_forward(*number, *record);
  }
}

void Engine::deliver_from_turn(const WorkItem& item) {
  if (answer_from_store(item)) {
    return;
  }
  const auto* start = std::get_if<work::StartOrchestration>(&item);
  if (start == nullptr) {
    check_message(item);
    // To a damaged instance it is lost, as to one that is gone, and the sender goes on.
    if (!transaction_.unless_damaged(target_instance(item),
                                     [&] { deliver_if_running(item, bound_execution(item)); })) {
      log(LogLevel::warn, "a message that another instance sent to it is dropped",
          target_instance(item));
    }
    return;
  }
  check_start(*start);
  Children children;
  children.try_again = true;
  start_child(*start, children);
  rewind_children(children);
}

}  // namespace duroxide::storage
