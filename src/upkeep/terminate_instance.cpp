#include "upkeep/terminate_instance.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/awaited_ends.hpp"
#include "engine/change_notes.hpp"
#include "engine/deadline.hpp"
#include "engine/execution_rows.hpp"
#include "engine/kept_rows.hpp"
#include "engine/parents.hpp"
#include "engine/removal.hpp"
#include "engine/rows.hpp"
#include "model/encoding.hpp"
#include "model/error_size.hpp"
#include "model/limits.hpp"
#include "model/unbegun.hpp"

namespace duroxide::storage {

namespace {

struct Doomed {
  Number number = 0;
  InstanceRecord record;
  std::string reason;
};

void end_without_turn(Transaction& transaction, const Doomed& doomed) {
  const auto& [number, before, reason] = doomed;
  InstanceRecord after = before;
  after.updated_at = std::max(before.updated_at, transaction.now());
  after.status = ExecutionStatus::cancelled;
  after.start_due.reset();
  erase_deadline(transaction, number, after);
  ErrorDetails details = application_error(ErrorKind::cancelled, reason, before.id);
  model::limit_size(details);

  std::vector<Event> events;
  const auto append = [&](EventKind kind) {
    events.push_back({++after.event_count, 0, transaction.now(), std::move(kind)});
  };
  if (before.event_count == 0) {
    append(model::started_by({before.id, before.execution, before.orchestration, before.version},
                             before.parent, first_message(transaction, number, before)));
  }
  append(event::OrchestrationCancelRequested{reason});
  append(event::OrchestrationFailed{details});
  keep_inbox(transaction, number, before.execution);
  keep_delayed(transaction, number, before.execution);
  (void)remove_waiting(transaction, number, before);  // while the history still says what is open
  // Of a damaged instance anything may be here already.
  transaction.batch().put(Table::history,
                          make_key(number, before.execution, events.front().event_id),
                          model::encode_events_shared(events));
  transaction.instances().count_events(static_cast<std::int64_t>(events.size()));
  put_execution(transaction, number, after, after.status);
  transaction.batch().put(Table::results, make_key(number, before.execution),
                          encode_failed(details));
  transaction.instances().update(number, before, after);
  note_end(transaction, after);
  tell_parent(transaction, after, details);
  tell_end(transaction, number, after);
  transaction.after_applied([&transaction, id = number, instance = before.id, why = reason] {
    transaction.outcome().finished.push_back(id);
    transaction.log(LogLevel::info, "instance " + instance + " was terminated: " + why, instance);
  });
}

/// The calls of the execution whose children outlive it. None of a history that cannot be read: then all
/// end. The history of one that has no child is not read for it.
std::set<std::uint64_t> outliving_calls(Transaction& transaction, const Doomed& parent) {
  std::set<std::uint64_t> calls;
  if (keys_of(transaction.batch(), Table::by_parent, make_key(parent.number)).empty()) {
    return calls;
  }
  try {
    for (const Event& event : transaction.instances().load_history(parent.number, parent.record,
                                                                   parent.record.execution)) {
      const auto* child = std::get_if<event::SubOrchestrationScheduled>(&event.kind);
      if (child != nullptr && child->outlives_parent) {
        calls.insert(event.event_id);
      }
    }
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
  }
  return calls;
}

void add_children(Transaction& transaction, const Doomed& parent,
                  const std::set<std::uint64_t>& outliving, std::vector<Doomed>& doomed) {
  for (const std::string& key :
       keys_of(transaction.batch(), Table::by_parent, make_key(parent.number))) {
    const Number number = number_at(key, 8);
    auto record = transaction.instances().load(number);
    if (record && record->status == ExecutionStatus::running && record->parent &&
        record->parent->execution_id == parent.record.execution &&
        !outliving.contains(record->parent->event_id)) {
      doomed.push_back(
          {number, std::move(*record),
           "the parent instance " + parent.record.id + " was terminated (" + parent.reason + ")"});
    }
  }
}

}  // namespace

void terminate_instance(Transaction& transaction, const management::TerminateInstance& request) {
  require(model::check_payload("reason", request.reason));
  auto found = transaction.require_instance(request.instance);
  if (found.record.status != ExecutionStatus::running) {
    throw StorageFailure(ProviderError::Kind::instance_finished,
                         "the instance `" + request.instance + "` has ended");
  }
  std::vector<Doomed> doomed{{found.number, std::move(found.record), request.reason}};
  while (!doomed.empty()) {
    const Doomed next = std::move(doomed.back());
    doomed.pop_back();
    const auto outliving = outliving_calls(transaction, next);
    end_without_turn(transaction, next);
    add_children(transaction, next, outliving, doomed);
  }
}

}  // namespace duroxide::storage
