#include "engine/turn_dispatch.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "engine/attempts.hpp"
#include "engine/care.hpp"
#include "engine/resting.hpp"
#include "engine/turn_messages.hpp"
#include "engine/unregistered.hpp"
#include "engine/updates.hpp"
#include "model/invariant.hpp"
#include "model/metrics.hpp"

namespace duroxide::storage {

namespace {

/// One answer carries no more than this, so that a fetch of many large instances stays small.
constexpr std::size_t bytes_per_answer = std::size_t{16} << 20;

/// An instance that cannot be read is handed out no more until the store is opened again.
void set_aside_damaged(Transaction& transaction, Number number, const ProviderError& error) {
  const std::string& why = error.message;
  // It would fail again each time, and the others must not wait behind it. So it is looked at once in
  // each opening of the store: what comes for it later stays in its inbox.
  transaction.turns().hold_back(number);
  transaction.turns().clear_resident(number);
  transaction.reasons().set({number, 0, 0}, "repair of the store: " + why, transaction.now(),
                            WaitingReasons::Sort::damage);
  std::string id;
  try {
    const auto record = transaction.instances().load(number);
    id = record ? record->id : std::string();
  } catch (const StorageFailure&) {
    // Then its number must do.
  }
  transaction.log(LogLevel::error,
                  "instance number " + std::to_string(number) + " is damaged and set aside: " + why,
                  std::move(id));
  refuse_questions(transaction, number, error);
}

/// `since`: when it was put into the queue, if that is known.
void measure_delivery(Transaction& transaction, const provider::OrchestrationItem& item,
                      model::Instant since) {
  if (model::Metrics* const metrics = transaction.metrics()) {
    transaction.moment().observe_wait(metrics->turn_wait, since);
    if (item.attempt_count > 1) {
      metrics->turn_redeliveries.add();
    }
  }
}

void hand_out_readable_turn(Transaction& transaction, Number number, Holder holder,
                            std::vector<provider::OrchestrationItem>& items, std::size_t& bytes,
                            const TurnLines::Waiting& waited) {
  if (transaction.paused().passes_over(number, transaction.instances())) {
    return;
  }
  TurnMessages messages = read_messages(transaction, number);
  const bool quarantined = transaction.quarantine().contains(number);
  std::vector<provider::Question> questions;
  if (!quarantined) {
    questions = transaction.waits().questions(number);
  }
  if ((messages.items.empty() && questions.empty()) ||
      (quarantined && !find_cancellation(transaction, number, messages))) {
    return;
  }
  const auto record = transaction.instances().load(number);
  if (!record || record->status != ExecutionStatus::running) {
    return;
  }
  const bool begun = record->event_count > 0;
  if (!begun && (messages.sequences.empty() || messages.sequences.front() != 0)) {
    return;  // its start is delayed
  }
  if (transaction.unregistered_turns().names.any() && !quarantined &&
      !transaction.turns().is_resident(number, holder)) {
    const auto code = code_of(*record, messages.items.empty() ? nullptr : &messages.items.front());
    if (code && leave_to_another(transaction, number, holder, *code)) {
      return;
    }
  }
  const auto attempts_key = make_key(number);
  if (count_before_delivery(transaction, *record, number, messages)) {
    transaction.write_of_itself([&] {
      store_attempts(transaction, attempts_key, stored_attempts(transaction, attempts_key) + 1);
    });
    transaction.counted().turns.insert(number);
    transaction.outcome().counting_turns.insert(number);
    transaction.outcome().touched.insert(number);
    transaction.turns().push_after_commit(number, waited.line);
    ++transaction.outcome().turns_counted;
    return;
  }

  DUROXIDE_INVARIANT(messages.items.size() == messages.sequences.size(),
                     "each message of a turn has a sequence");
  provider::OrchestrationItem item;
  item.history_included = !transaction.turns().is_resident(number, holder);
  if (item.history_included) {
    item.history = transaction.instances().load_history(number, *record, record->execution);
    DUROXIDE_INVARIANT(item.history.size() == record->event_count,
                       "a history that is handed out is as long as its record says");
    item.recovered = begun && transaction.turns().is_to_be_taken_up(number);
    transaction.turns().set_taken_up(number);
    transaction.turns().clear_resident(number);
  }
  item.instance = record->id;
  item.orchestration_name = record->orchestration;
  item.version = record->version;
  item.execution_id = record->execution;
  item.history_size = record->event_count;
  item.quarantined = quarantined;
  item.messages = std::move(messages.items);
  item.questions = std::move(questions);

  TurnLease lease;
  lease.number = number;
  lease.execution = record->execution;
  lease.holder = holder;
  lease.sequences = std::move(messages.sequences);
  lease.counted = transaction.counted().turns.erase(number) != 0;
  lease.ahead = transaction.outcome().touched.contains(number);
  // A question that the turn leaves without an answer is asked again.
  lease.has_more = messages.may_leave_some || !item.questions.empty();
  item.attempt_count = stored_attempts(transaction, attempts_key) + (lease.counted ? 0 : 1);
  if (lease.ahead) {
    transaction.timing().turn_ahead_began();
  }
  item.lock_token = transaction.turns().lease(std::move(lease));
  transaction.reasons().handed_out({number, 0, 0});
  measure_delivery(transaction, item, waited.since);
  bytes += messages.bytes;
  items.push_back(std::move(item));
}

void hand_out_turn(Transaction& transaction, Number number, Holder holder,
                   std::vector<provider::OrchestrationItem>& items, std::size_t& bytes) {
  const TurnLines::Waiting waited = transaction.turns().take_popped();
  // A delivery that is being counted must not be made before the count is durable.
  if ((transaction.timing().closing() && transaction.outcome().touched.contains(number)) ||
      transaction.outcome().counting_turns.contains(number)) {
    transaction.turns().push_after_commit(number, waited.line);
    return;
  }
  if (!transaction.suspects().empty() &&
      !transaction.suspects().take_turn(number, transaction.now())) {
    return;  // it comes again when the one before it is through
  }
  try {
    hand_out_readable_turn(transaction, number, holder, items, bytes, waited);
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      transaction.turns().push(number, waited.line);
      throw;
    }
    set_aside_damaged(transaction, number, failed.error());
  } catch (...) {
    transaction.turns().push(number, waited.line);
    throw;
  }
  if (transaction.suspects().contains(number) && !transaction.turns().is_leased(number) &&
      !transaction.outcome().counting_turns.contains(number)) {
    transaction.suspects().turn_ended(
        number, false, transaction.now());  // there is none for it, it is paused, say
    release_suspects(transaction);
  }
}

struct TurnsHandedOut {
  std::vector<provider::OrchestrationItem> items;
  bool has_failed = false;  ///< it was broken off by what cannot be read now
};

/// What one who asks for up to `room` is given.
TurnsHandedOut hand_out_turns(Transaction& transaction, Holder holder, std::uint64_t room) {
  TurnsHandedOut out;
  std::size_t bytes = 0;
  const auto& left = transaction.unregistered_turns().left;
  const std::size_t most_left = left.size() + most_left_at_once;
  while (out.items.size() + transaction.outcome().turns_counted < room &&
         bytes < bytes_per_answer) {
    if (left.size() >= most_left) {
      go_on_in_a_moment(transaction);
      break;
    }
    try {
      const auto number = transaction.unregistered_turns().left.next(
          [&] { return take_left_turn(transaction, holder); },
          [&] { return transaction.turns().pop(transaction.committed()); });
      if (!number) {
        break;
      }
      hand_out_turn(transaction, *number, holder, out.items, bytes);
    } catch (const std::exception& failed) {
      broken_off(transaction, failed);
      out.has_failed = true;
      break;
    }
  }
  return out;
}

}  // namespace

bool fetch_turns(Transaction& transaction, Holder holder,
                 const provider::FetchOrchestrationItem& request,
                 OrchestratorQueue::FetchReply reply) {
  if (request.max_items == 0) {
    reply(failure(make_error(ProviderError::Kind::invalid_input, "fetch_orchestration_item",
                             "max_items is 0")));
    return false;
  }
  asks_for_turns(transaction, holder);
  transaction.turns().parked.push_back({holder, request.max_items, std::move(reply)});
  return true;
}

void dispatch_turns(Transaction& transaction) {
  auto& parked = transaction.turns().parked;
  std::size_t passed_over = 0;  // they know nothing of what waits
  while (passed_over < parked.size() && !transaction.is_resting() &&
         !transaction.paused().store()) {
    const auto fetch = parked.begin() + static_cast<std::ptrdiff_t>(passed_over);
    TurnsHandedOut out = hand_out_turns(transaction, fetch->holder, fetch->max_items);
    if (!out.items.empty()) {
      const auto reply = std::move(fetch->reply);
      parked.erase(fetch);
      reply(std::move(out.items));
    } else if (transaction.unregistered_turns().left.empty()) {
      return;
    } else {
      ++passed_over;
    }
    if (out.has_failed) {
      return;
    }
  }
}

}  // namespace duroxide::storage
