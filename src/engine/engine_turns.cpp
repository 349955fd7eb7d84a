// Handing out turns, and taking them back.

#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "model/encoding.hpp"
#include "model/invariant.hpp"

namespace duroxide::storage {

namespace {

/// One answer carries no more than this, so that a fetch of many large instances stays small.
constexpr std::size_t bytes_per_answer = std::size_t{16} << 20;

}  // namespace

void Engine::fetch_turns(Holder holder, std::uint64_t max_items, TurnsReply reply) {
  if (stopped_) {
    reply(failure(closed_error("fetch_orchestration_item")));
    return;
  }
  if (max_items == 0) {
    reply(failure(make_error(ProviderError::Kind::invalid_input, "fetch_orchestration_item",
                             "max_items is 0")));
    return;
  }
  turns_.parked.push_back({holder, max_items, std::move(reply)});
  settle();
}

void Engine::dispatch_turns() {
  bool has_failed = false;
  while (!has_failed && !turns_.parked.empty() && !transaction_.is_resting() && !paused_.store()) {
    const auto holder = turns_.parked.front().holder;
    const auto room = turns_.parked.front().max_items;
    std::vector<provider::OrchestrationItem> items;
    std::size_t bytes = 0;
    while (items.size() + outcome_.turns_counted < room && bytes < bytes_per_answer) {
      try {
        const auto number = turns_.pop(batch_.committed());
        if (!number) {
          break;
        }
        hand_out_turn(*number, holder, items, bytes);
      } catch (const std::exception& failed) {
        broken_off(failed);
        has_failed = true;
        break;
      }
    }
    if (items.empty()) {
      return;
    }
    const auto reply = std::move(turns_.parked.front().reply);
    turns_.parked.pop_front();
    reply(std::move(items));
  }
}

void Engine::hand_out_turn(Number number, Holder holder,
                           std::vector<provider::OrchestrationItem>& items, std::size_t& bytes) {
  // A delivery that is being counted must not be made before the count is durable.
  if ((timing_.closing() && outcome_.touched.contains(number)) ||
      outcome_.counting_turns.contains(number)) {
    turns_.push_after_commit(number);
    return;
  }
  if (!suspects_.empty() && !suspects_.take_turn(number, clock_->now())) {
    return;  // it comes again when the one before it is through
  }
  try {
    hand_out_readable_turn(number, holder, items, bytes);
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      turns_.push(number);
      throw;
    }
    set_aside_damaged(number, failed.error().message);
  } catch (...) {
    turns_.push(number);
    throw;
  }
  if (suspects_.contains(number) && !turns_.is_leased(number) &&
      !outcome_.counting_turns.contains(number)) {
    suspects_.turn_ended(number, false, clock_->now());  // there is none for it, it is paused, say
    release_suspects(transaction_);
  }
}

void Engine::set_aside_damaged(Number number, const std::string& why) {
  // It would fail again each time, and the others must not wait behind it. So it is looked at once in
  // each opening of the store: what comes for it later stays in its inbox.
  turns_.hold_back(number);
  turns_.clear_resident(number);
  reasons_->set({number, 0, 0}, "repair of the store: " + why, clock_->now(),
                WaitingReasons::Sort::damage);
  std::string id;
  try {
    const auto record = instances_.load(number);
    id = record ? record->id : std::string();
  } catch (const StorageFailure&) {
    // Then its number must do.
  }
  log(LogLevel::error,
      "instance number " + std::to_string(number) + " is damaged and set aside: " + why,
      std::move(id));
}

void Engine::hand_out_readable_turn(Number number, Holder holder,
                                    std::vector<provider::OrchestrationItem>& items,
                                    std::size_t& bytes) {
  if (paused_.passes_over(number, instances_)) {
    return;
  }
  TurnMessages messages = read_messages(transaction_, number);
  const bool quarantined = quarantine_.contains(number);
  if (messages.items.empty() ||
      (quarantined && !find_cancellation(transaction_, number, messages))) {
    return;
  }
  const auto record = instances_.load(number);
  if (!record || record->status != ExecutionStatus::running) {
    return;
  }
  const bool begun = record->event_count > 0;
  if (!begun && messages.sequences.front() != 0) {
    return;  // its start is delayed
  }
  const auto attempts_key = make_key(number);
  if (count_before_delivery(transaction_, *record, number, messages)) {
    transaction_.write_of_itself([&] {
      store_attempts(transaction_, attempts_key, stored_attempts(transaction_, attempts_key) + 1);
    });
    counted_.turns.insert(number);
    outcome_.counting_turns.insert(number);
    outcome_.touched.insert(number);
    turns_.push_after_commit(number);
    ++outcome_.turns_counted;
    return;
  }

  DUROXIDE_INVARIANT(messages.items.size() == messages.sequences.size(),
                     "each message of a turn has a sequence");
  provider::OrchestrationItem item;
  item.history_included = !turns_.is_resident(number, holder);
  if (item.history_included) {
    item.history = instances_.load_history(number, *record, record->execution);
    DUROXIDE_INVARIANT(item.history.size() == record->event_count,
                       "a history that is handed out is as long as its record says");
    item.recovered = begun && turns_.is_to_be_taken_up(number);
    turns_.set_taken_up(number);
    turns_.clear_resident(number);
  }
  item.instance = record->id;
  item.orchestration_name = record->orchestration;
  item.version = record->version;
  item.execution_id = record->execution;
  item.history_size = record->event_count;
  item.quarantined = quarantined;
  item.messages = std::move(messages.items);

  TurnLease lease;
  lease.number = number;
  lease.execution = record->execution;
  lease.holder = holder;
  lease.sequences = std::move(messages.sequences);
  lease.counted = counted_.turns.erase(number) != 0;
  lease.ahead = outcome_.touched.contains(number);
  item.attempt_count = stored_attempts(transaction_, attempts_key) + (lease.counted ? 0 : 1);
  if (lease.ahead) {
    timing_.turn_ahead_began();
  }
  item.lock_token = turns_.lease(std::move(lease));
  reasons_->handed_out({number, 0, 0});
  bytes += messages.bytes;
  items.push_back(std::move(item));
}

void Engine::settle_pauses() {
  if (!paused_.worth_a_look()) {
    return;
  }
  try {
    for (const Number number : paused_.batch_ended(batch_.committed())) {
      turns_.push(number);
    }
  } catch (const StorageFailure& failed) {
    transaction_.log_unreadable(failed);
  }
}

}  // namespace duroxide::storage
