#include "postgres/take_up.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "model/encoding.hpp"
#include "model/random.hpp"
#include "postgres/ack_calls.hpp"
#include "postgres/message_row.hpp"
#include "postgres/start_calls.hpp"

namespace duroxide::postgres {

namespace {

/// A row of a history that is written at once; those of turns hold a turn each.
constexpr std::size_t events_per_row = 64;

provider::AckOrchestrationItem effects_of(const TakenUp& taken_up) {
  provider::AckOrchestrationItem effects;
  effects.lock_token = change_token;
  effects.execution_id = taken_up.execution.execution_id;
  return effects;
}

/// Does what a turn that has these effects would do to others and to its values.
void add_effects(const TakenUp& taken_up, const provider::AckOrchestrationItem& effects,
                 const Bench& bench, Change& change) {
  TurnLease lease;
  lease.number = taken_up.number;
  lease.instance = taken_up.execution.instance;
  lease.incarnation = static_cast<std::uint64_t>(taken_up.incarnation);
  lease.execution = taken_up.execution.execution_id;
  lease.orchestration = taken_up.execution.orchestration;
  lease.version = taken_up.execution.version;
  lease.code = code_of(lease.orchestration, lease.version);
  lease.places = {0};  // one without messages would have no effects
  const PromisedWork work{work_of(effects, lease, bench.context), {}};
  auto calls = ack_calls(effects, lease, bench.context, work);
  // The first would end the turn, which there is none of.
  std::for_each(std::next(calls.begin()), calls.end(),
                [&change](Call& call) { change.add(std::move(call)); });
}

}  // namespace

std::int64_t new_incarnation() {
  std::uint64_t incarnation = 0;
  while (incarnation == 0) {
    incarnation = model::random_number();
  }
  return static_cast<std::int64_t>(incarnation);
}

void set_state(const TakenUp& taken_up, const CarriedState& state, const Bench& bench,
               Change& change) {
  change.add({"forget_state_of_change", Parameters().number(taken_up.number)});
  auto effects = effects_of(taken_up);
  for (const StoredValue& value : state.values) {
    effects.values.push_back({value.key, value});
  }
  if (state.custom_status_version != 0) {
    effects.custom_status =
        provider::CustomStatusChange{state.custom_status, state.custom_status_version};
  }
  add_effects(taken_up, effects, bench, change);
}

void take_up(const TakenUp& taken_up, const model::RestorePlan& plan,
             const std::vector<work::StartOrchestration>& children, const Bench& bench,
             Change& change) {
  auto effects = effects_of(taken_up);
  effects.worker_items = plan.activities;
  effects.timers = plan.timers;
  effects.orchestrator_items.assign(children.begin(), children.end());
  // First, so that what answers a child stands behind.
  for (const WorkItem& message : plan.messages) {
    add_message(taken_up, message, false, false, change);
  }
  add_effects(taken_up, effects, bench, change);
}

void ask_questions(const TakenUp& taken_up, const model::RestorePlan& plan, const Bench& bench,
                   Change& change) {
  auto effects = effects_of(taken_up);
  effects.orchestrator_items = plan.questions;
  add_effects(taken_up, effects, bench, change);
}

void add_message(const TakenUp& taken_up, const WorkItem& message, bool is_start, bool is_kept,
                 Change& change) {
  Parameters parameters;
  parameters.number(taken_up.number).flag(is_start).flag(is_kept);
  add_message(parameters, row_of(message));
  change.add({"message_of_change", std::move(parameters)});
}

void write_history(std::int64_t number, std::uint64_t execution, const std::vector<Event>& events,
                   Change& change) {
  std::vector<std::int64_t> first_events;
  std::vector<std::string> rows;
  for (std::size_t begin = 0; begin < events.size(); begin += events_per_row) {
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto size = std::min(events_per_row, events.size() - begin);
    first_events.push_back(static_cast<std::int64_t>(first->event_id));
    rows.push_back(model::encode_events({first, first + static_cast<std::ptrdiff_t>(size)}));
  }
  if (!rows.empty()) {
    change.add(
        {"history_of_change",
         Parameters().number(number).number(execution).numbers(first_events).byte_strings(rows)});
  }
}

}  // namespace duroxide::postgres
