#include "engine/children.hpp"

#include <optional>
#include <string>
#include <utility>

#include "engine/execution_rows.hpp"
#include "engine/messages.hpp"
#include "engine/parents.hpp"
#include "engine/starts.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

namespace {

bool was_started_so(Transaction& transaction, Number number,
                    const work::StartOrchestration& start) {
  std::optional<Payload> input;
  transaction.batch().scan(
      Table::history, make_key(number, std::uint64_t{1}),
      [&](std::string_view key, std::string_view bytes) {
        const auto events = require_readable(Table::history, key, model::decode_events(bytes));
        if (number_at(key, 16) != 1) {
          throw_corrupt(Table::history, key, "the row of event 1 is missing before it");
        }
        const auto* started = events.empty()
                                  ? nullptr
                                  : std::get_if<event::OrchestrationStarted>(&events.front().kind);
        if (started != nullptr) {
          input = started->input;
        }
        return false;
      });
  if (!input) {
    const auto first = transaction.batch().get(Table::inbox, make_key(number, std::uint64_t{0}));
    const auto item = first ? model::decode_work_item(*first) : model::flaw("there is no row");
    const auto* waiting = item ? std::get_if<work::StartOrchestration>(&*item) : nullptr;
    if (waiting != nullptr) {
      input = waiting->input;
    }
  }
  return !input || *input == start.input;  // not known once its first execution was pruned
}

/// Whether the instance of that id is the very child that is to be started, from before its parent
/// was taken up again. Then it is that child once more, in whatever state it is.
bool adopt_child(Transaction& transaction, const work::StartOrchestration& start,
                 Children& children) {
  const Number number = transaction.instances().find(start.instance).value_or(0);
  const auto record = transaction.instances().load(number);
  if (!record || record->parent != start.parent || record->orchestration != start.orchestration ||
      !was_started_so(transaction, number, start)) {
    return false;
  }
  if (record->parent_number == 0) {
    // It was imported before its parent.
    InstanceRecord attached = *record;
    attached.parent_number = transaction.instances().find(start.parent->instance).value_or(0);
    transaction.instances().update(number, *record, attached);
    transaction.batch().put(Table::by_parent, make_key(attached.parent_number, number), {});
  }
  switch (record->status) {
    case ExecutionStatus::completed:
      deliver_if_running(transaction,
                         work::SubOrchCompleted{start.parent->instance, start.parent->execution_id,
                                                start.parent->event_id,
                                                result_of(transaction, number, *record).output()},
                         0);
      break;
    case ExecutionStatus::failed:
    case ExecutionStatus::cancelled:
      if (children.try_again) {
        children.to_rewind.push_back(number);
      } else {
        tell_parent_of_failure(transaction, number, *record);
      }
      break;
    case ExecutionStatus::running:
    case ExecutionStatus::continued_as_new:
      withdraw(transaction, number, [&](const WorkItem& item) {
        const auto* cancel = std::get_if<work::CancelInstance>(&item);
        return cancel != nullptr && cancel->parent == start.parent;
      });
      break;
  }
  return true;
}

}  // namespace

void start_child(Transaction& transaction, const work::StartOrchestration& start,
                 Children& children) {
  bool exists = false;
  bool is_adopted = false;
  const std::size_t to_rewind = children.to_rewind.size();
  const auto done = transaction.unless_damaged(start.instance, [&] {
    exists = transaction.instances().find(start.instance).has_value();
    is_adopted = exists && start.parent && adopt_child(transaction, start, children);
  });
  if (!done) {
    children.to_rewind.resize(to_rewind);
    if (start.parent) {
      tell_parent_of_damage(transaction, *start.parent, start.instance, start.orchestration,
                            done.error().what);
    } else {
      transaction.log(LogLevel::warn, "a start that another instance asked for is dropped",
                      start.instance);
    }
    return;
  }
  if (!exists) {
    create_instance(transaction, start, std::nullopt);
    return;
  }
  if (!start.parent) {
    transaction.log(LogLevel::warn,
                    "a detached start was dropped, because the instance exists already",
                    start.instance);
    return;
  }
  if (is_adopted) {
    return;
  }
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::instance_already_exists;
  details.message = "the instance `" + start.instance + "` exists already";
  details.subject = start.instance;
  deliver_if_running(transaction,
                     work::SubOrchFailed{start.parent->instance, start.parent->execution_id,
                                         start.parent->event_id, std::move(details)},
                     0);
}

}  // namespace duroxide::storage
