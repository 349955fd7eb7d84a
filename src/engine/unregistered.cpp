#include "engine/unregistered.hpp"

#include <utility>
#include <variant>

#include "engine/hold_back.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

namespace {

/// Names hold no such character.
constexpr char between_name_and_version = '\0';

/// Whoever asks for turns takes all.
constexpr auto anybody = [](Holder, const TagFilter&) { return true; };

/// Those who take the lane: of a session that is bound, only its holder.
auto takes_lane(Transaction& transaction, const LaneRef& lane) {
  return [&transaction, lane](Holder holder, const TagFilter& tags) {
    return transaction.work().takes(WorkFilter(holder, tags, {}), lane);
  };
}

std::string text_of(const LaneRef& lane) {
  if (!lane) {
    return {};
  }
  const auto part = [](const std::optional<std::string>& each) {
    return each ? "+" + *each : std::string("-");
  };
  return part(lane->tag) + between_name_and_version + part(lane->session);
}

/// Whoever looks sees what it waits for, also while another may know it, who may be busy for long.
void leave(Transaction& transaction, Number number, const std::string& code) {
  auto& [names, left] = transaction.unregistered_turns();
  if (const std::string* reason = names.waiting_for(code)) {
    transaction.reasons().set({number, 0, 0}, *reason, transaction.now());
  }
  transaction.turns().hold_back(number);
  left.leave(code, {}, number);
}

void leave(Transaction& transaction, const WorkRef& work, const std::string& name) {
  auto& [names, left] = transaction.unregistered_work();
  if (const std::string* reason = names.waiting_for(name)) {
    const WorkKey& key = work.key;
    transaction.reasons().set({key.number, key.execution, key.event_id}, *reason,
                              transaction.now());
  }
  left.leave(name, text_of(work.lane), work);
  transaction.work().worth_another_try();
}

void bring_forward_turns(Transaction& transaction) {
  auto& left = transaction.unregistered_turns().left;
  if (!left.any_held_back()) {
    return;
  }
  const auto early = transaction.timers().take_early([&left](const TimerQueue::HeldBack& what) {
    const auto* number = std::get_if<Number>(&what);
    return number != nullptr && left.is_held_back(*number);
  });
  for (const auto& what : early) {
    left.no_longer_held_back(std::get<Number>(what));
    transaction.turns().release(std::get<Number>(what));
  }
  transaction.timers().changed = true;
}

void bring_forward_work(Transaction& transaction) {
  auto& left = transaction.unregistered_work().left;
  if (!left.any_held_back()) {
    return;
  }
  const auto early = transaction.timers().take_early([&left](const TimerQueue::HeldBack& what) {
    const auto* work = std::get_if<WorkRef>(&what);
    return work != nullptr && left.is_held_back(work->key);
  });
  for (const auto& what : early) {
    left.no_longer_held_back(std::get<WorkRef>(what).key);
    transaction.work().push(std::get<WorkRef>(what));
  }
  transaction.timers().changed = true;
}

void queue_left_turns(Transaction& transaction) {
  for (const Number number : transaction.unregistered_turns().left.take_all()) {
    transaction.turns().release(number);
  }
}

void queue_left_work(Transaction& transaction) {
  for (const WorkRef& work : transaction.unregistered_work().left.take_all()) {
    transaction.work().push(work);
  }
}

/// A session goes with what its holder cannot run, unless that is at work on something else of it.
void let_session_go(Transaction& transaction, const WorkLease& lease) {
  if (lease.work.lane && lease.work.lane->session &&
      !transaction.work().has_lease_in(*lease.work.lane->session)) {
    transaction.work().unbind(*lease.work.lane->session, lease.holder);
  }
}

}  // namespace

void go_on_in_a_moment(Transaction& transaction) {
  hold_back(transaction, Milliseconds(1), TimerQueue::Pause{});
}

// --- who asks -------------------------------------------------------------------------------------

void asks_for_turns(Transaction& transaction, Holder holder) {
  if (transaction.unregistered_turns().names.asks(holder, TagFilter::any())) {
    bring_forward_turns(transaction);
  }
}

void asks_for_work(Transaction& transaction, Holder holder, const TagFilter& tags) {
  if (transaction.unregistered_work().names.asks(holder, tags)) {
    bring_forward_work(transaction);
  }
}

void asks_no_more(Transaction& transaction, Holder holder) {
  if (transaction.unregistered_turns().names.leaves(holder)) {
    queue_left_turns(transaction);
  }
  if (transaction.unregistered_work().names.leaves(holder)) {
    queue_left_work(transaction);
  }
}

void try_unregistered_again(Transaction& transaction) {
  transaction.unregistered_turns().names.forget();
  transaction.unregistered_work().names.forget();
  queue_left_turns(transaction);
  queue_left_work(transaction);
}

// --- turns ----------------------------------------------------------------------------------------

std::optional<std::string> code_of(const InstanceRecord& record, const WorkItem* first_message) {
  const auto text = [](const std::string& name, const std::optional<std::string>& version) {
    return name + between_name_and_version + version.value_or("");
  };
  if (!record.version.empty()) {
    return text(record.orchestration, record.version);
  }
  if (const auto* start = std::get_if<work::StartOrchestration>(first_message)) {
    return text(start->orchestration, start->version);
  }
  if (const auto* next = std::get_if<work::ContinueAsNew>(first_message)) {
    return text(next->orchestration, next->version);
  }
  return std::nullopt;
}

std::optional<std::string> code_of(Transaction& transaction, Number number) {
  try {
    const auto record = transaction.instances().load(number);
    if (!record) {
      return std::nullopt;
    }
    if (!record->version.empty()) {
      return code_of(*record, nullptr);
    }
    std::optional<WorkItem> first;
    transaction.batch().scan(Table::inbox, make_key(number),
                             [&first](std::string_view, std::string_view bytes) {
                               if (auto item = model::decode_work_item(bytes)) {
                                 first = std::move(*item);
                               }
                               return !first;
                             });
    return code_of(*record, first ? &*first : nullptr);
  } catch (const StorageFailure&) {
    return std::nullopt;  // whoever is given it next finds out
  }
}

void give_back_unregistered(Transaction& transaction, Number number, Holder holder,
                            const std::string& code,
                            const provider::AbandonOrchestrationItem& request) {
  auto& [names, left] = transaction.unregistered_turns();
  names.add(code, holder, request.waiting_for);
  if (names.another_may_know(code, anybody)) {
    leave(transaction, number, code);
    return;
  }
  if (request.waiting_for) {
    transaction.reasons().set({number, 0, 0}, *request.waiting_for, transaction.now());
  }
  if (request.delay <= Milliseconds::zero()) {
    transaction.turns().push(number);
    return;
  }
  left.held_back(number);
  transaction.turns().hold_back(number);
  hold_back(transaction, request.delay, number);
}

bool leave_to_another(Transaction& transaction, Number number, Holder holder,
                      const std::string& code) {
  const auto& names = transaction.unregistered_turns().names;
  if (!names.is_unknown(code, holder) || !names.another_may_know(code, anybody)) {
    return false;
  }
  leave(transaction, number, code);
  return true;
}

std::optional<Number> take_left_turn(Transaction& transaction, Holder holder) {
  auto& [names, left] = transaction.unregistered_turns();
  while (!left.empty()) {
    const auto number = left.take(
        [&, &known = names](const std::string& code) { return !known.is_unknown(code, holder); },
        [](Number) { return true; });
    if (!number) {
      return std::nullopt;
    }
    transaction.reasons().handed_out(
        {*number, 0, 0});  // there may be nothing for it to do any more
    if (transaction.turns().take_back(*number)) {
      return number;
    }
  }
  return std::nullopt;
}

// --- activities -----------------------------------------------------------------------------------

void give_back_unregistered(Transaction& transaction, const WorkLease& lease,
                            const std::string& name, const provider::AbandonWorker& request) {
  auto& [names, left] = transaction.unregistered_work();
  const WorkKey& key = lease.work.key;
  names.add(name, lease.holder, request.waiting_for);
  let_session_go(transaction, lease);
  if (names.another_may_know(name, takes_lane(transaction, lease.work.lane))) {
    leave(transaction, lease.work, name);
    return;
  }
  if (request.waiting_for) {
    transaction.reasons().set({key.number, key.execution, key.event_id}, *request.waiting_for,
                              transaction.now());
  }
  if (request.delay <= Milliseconds::zero()) {
    transaction.work().push(lease.work);
    return;
  }
  left.held_back(key);
  hold_back(transaction, request.delay, lease.work);
}

bool leave_to_another(Transaction& transaction, const WorkRef& work, Holder holder,
                      const std::string& name) {
  const auto& names = transaction.unregistered_work().names;
  if (!names.is_unknown(name, holder) ||
      !names.another_may_know(name, takes_lane(transaction, work.lane))) {
    return false;
  }
  leave(transaction, work, name);
  return true;
}

std::optional<WorkRef> take_left_work(Transaction& transaction, const WorkFilter& filter) {
  auto& [names, left] = transaction.unregistered_work();
  if (left.empty()) {
    return std::nullopt;
  }
  return left.take(
      [&, &known = names](const std::string& name) {
        return !known.is_unknown(name, filter.holder);
      },
      [&](const WorkRef& work) { return transaction.work().takes(filter, work.lane); });
}

}  // namespace duroxide::storage
