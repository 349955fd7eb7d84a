#include "engine/restored.hpp"

#include <algorithm>
#include <cstddef>

#include "engine/activity_rows.hpp"
#include "engine/change_notes.hpp"
#include "engine/messages.hpp"
#include "engine/questions.hpp"
#include "engine/values.hpp"
#include "engine/waiting.hpp"
#include "model/encoding.hpp"
#include "model/invariant.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

/// A row of a history that is written at once; the engine's own rows hold a turn each.
constexpr std::size_t events_per_row = 64;

}  // namespace

void require_free_id(Transaction& transaction, const std::string& id) {
  require(model::check_instance_id(id));
  if (transaction.instances().find(id)) {
    throw StorageFailure(ProviderError::Kind::instance_already_exists,
                         "the instance `" + id + "` exists already");
  }
}

void write_history(Transaction& transaction, Number number, std::uint64_t execution,
                   const std::vector<Event>& events) {
  for (std::size_t begin = 0; begin < events.size(); begin += events_per_row) {
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto size = std::min(events_per_row, events.size() - begin);
    transaction.batch().put(
        Table::history, make_key(number, execution, first->event_id),
        model::encode_events_shared({first, first + static_cast<std::ptrdiff_t>(size)}));
  }
  transaction.instances().count_events(static_cast<std::int64_t>(events.size()));
}

void cut_history(Transaction& transaction, Number number, const std::vector<Event>& history,
                 std::uint64_t execution, std::uint64_t kept) {
  std::vector<std::string> rows;
  transaction.batch().scan(Table::history, make_key(number, execution),
                           [&](std::string_view key, auto) {
                             rows.emplace_back(key);
                             return true;
                           });
  while (!rows.empty() && number_at(rows.back(), 16) > kept) {
    transaction.batch().erase(Table::history, rows.back());
    rows.pop_back();
  }
  if (!rows.empty()) {
    const auto first = static_cast<std::ptrdiff_t>(number_at(rows.back(), 16) - 1);
    transaction.batch().put(
        Table::history, rows.back(),
        model::encode_events_shared(
            {history.begin() + first, history.begin() + static_cast<std::ptrdiff_t>(kept)}));
  }
  transaction.instances().count_events(static_cast<std::int64_t>(kept) -
                                       static_cast<std::int64_t>(history.size()));
}

void change_version(Transaction& transaction, Number number, std::uint64_t execution,
                    const std::string& version) {
  const auto key = make_key(number, execution, std::uint64_t{1});
  const auto bytes = transaction.batch().get(Table::history, key);
  auto events = bytes ? model::decode_events(*bytes) : model::flaw("the first row is missing");
  auto* started = events && !events->empty()
                      ? std::get_if<event::OrchestrationStarted>(&events->front().kind)
                      : nullptr;
  if (started == nullptr) {
    throw_corrupt(Table::history, key,
                  events ? "it does not begin with the start" : events.error().what);
  }
  started->version = version;
  transaction.batch().put(Table::history, key, model::encode_events_shared(*events));
}

void write_state(Transaction& transaction, Number number, const CarriedState& state) {
  std::vector<std::string> rows;
  transaction.batch().scan(Table::values, make_key(number),
                           [&](std::string_view key, std::string_view) {
                             rows.emplace_back(key);
                             return true;
                           });
  for (const std::string& row : rows) {
    transaction.batch().erase(Table::values, row);
  }
  for (const StoredValue& value : state.values) {
    transaction.batch().put(Table::values, value_key(number, value.key), encode_value(value));
  }
  if (state.custom_status_version == 0) {
    transaction.batch().erase(Table::custom_status, make_key(number));
  } else {
    transaction.batch().put(
        Table::custom_status, make_key(number),
        encode_custom_status(CustomStatus{state.custom_status, state.custom_status_version}));
  }
  transaction.after_applied(
      [&transaction, number] { transaction.outcome().changed.insert(number); });
}

void create_restored(Transaction& transaction, Number number, InstanceRecord& record) {
  // A listing goes by the creation in this store; the times of old stand in the history.
  record.created_at = transaction.numbers().creation_time(transaction.now());
  record.updated_at = record.created_at;
  record.start_opening = transaction.opening().id;
  record.incarnation = new_incarnation();
  if (record.parent) {
    record.parent_number = transaction.instances().find(record.parent->instance).value_or(0);
  }
  transaction.instances().create(number, record);
  note_change(transaction, ChangeKind::restored, record);
  transaction.after_applied([&transaction, number] {
    transaction.outcome().touched.insert(number);
    note_start(transaction, number);
  });
}

void take_up(Transaction& transaction, Number number, const InstanceRecord& record,
             const model::RestorePlan& plan, Children& children) {
  for (const work::ActivityExecute& activity : plan.activities) {
    add_activity(transaction, number, activity, record.incarnation);
    transaction.after_applied(
        [&transaction, key = WorkKey{number, activity.execution_id, activity.id}] {
          transaction.counted().work.erase(key);
          transaction.work().counts_to_write.erase(key);
        });
  }
  for (const work::TimerFired& timer : plan.timers) {
    transaction.batch().put(Table::timers,
                            TimerRow{timer.fire_at, number, timer.execution_id, timer.id}.bytes(),
                            model::encode_work_item(timer));
    transaction.outcome().timers_touched = true;
  }
  for (const WorkItem& message : plan.messages) {
    stage_message(transaction, number, transaction.numbers().next_sequence(), message);
  }
  for (const work::StartOrchestration& child : plan.children) {
    start_child(transaction, child, children);
  }
  children.questions.insert(children.questions.end(), plan.questions.begin(), plan.questions.end());
}

void ask_questions(Transaction& transaction, const Children& children) {
  DUROXIDE_INVARIANT(children.to_rewind.empty(),
                     "whatever a question is about runs again before it is asked");
  for (const WorkItem& question : children.questions) {
    (void)answer_from_store(transaction, question);
  }
}

}  // namespace duroxide::storage
