#include "engine/engine.hpp"

#include <utility>

#include "model/invariant.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {
/// Whether this may say what is in the store, so that it must be as durable as if it had been read
/// there. What is wrong with a request is sometimes the state of what it names.
bool tells_of_state(ProviderError::Kind refusal) {
  return refusal == ProviderError::Kind::invalid_input ||
         refusal == ProviderError::Kind::instance_already_exists ||
         refusal == ProviderError::Kind::instance_finished ||
         refusal == ProviderError::Kind::instance_not_found ||
         refusal == ProviderError::Kind::activity_not_found;
}

}  // namespace

Engine::Engine(std::shared_ptr<KvStore> store, const Opening& opening, std::shared_ptr<Clock> clock,
               LogSink log, std::shared_ptr<WaitingReasons> reasons, CommitTiming::Host& host,
               const EngineOptions& options)
    : store_(std::move(store)),
      clock_(std::move(clock)),
      log_(std::move(log)),
      host_(host),
      options_(options),
      batch_(*store_, [this](const std::function<void()>& wait) { host_.wait_for_disk(wait); }),
      memory_(batch_, opening, std::move(reasons), host, options_),
      transaction_(batch_, memory_, *clock_, options_, log_) {
  load_quarantine(transaction_);
  settle_pauses(transaction_);
  load_suspects(transaction_);
  batch_.release();
}

void Engine::log(LogLevel level, std::string message, std::string instance) const {
  storage::tell(log_, level, std::move(message), std::move(instance));
}

ProviderError Engine::closed_error(std::string_view operation) const {
  return make_error(ProviderError::Kind::closed, operation,
                    stopped_.value_or("the store is closed"));
}

void Engine::apply(const char* operation, DoneReply reply, const std::function<void()>& request,
                   const std::function<void()>& no_room) {
  std::function<void(Transaction&)> or_void;
  if (no_room) {
    or_void = [&](Transaction& /*transaction*/) { no_room(); };
  }
  apply(
      operation, std::move(reply), [&](Transaction& /*transaction*/) { request(); }, or_void);
}

void Engine::apply(const char* operation, DoneReply reply,
                   const std::function<void(Transaction&)>& request,
                   const std::function<void(Transaction&)>& no_room) {
  if (stopped_) {
    reply(failure(closed_error(operation)));
    return;
  }
  transaction_.begin();
  bool is_applied = false;
  try {
    request(transaction_);
    is_applied = true;
    if (batch_.has_changes()) {
      transaction_.require_room();
    }
  } catch (const std::exception& failed) {
    transaction_.undo();
    if (is_applied && no_room) {
      no_room(transaction_);
    }
    refuse(operation, reply, failed);
    settle();
    return;
  }
  for (const auto& effect : transaction_.take_effects()) {
    effect();
  }
  if (batch_.empty() && !timing_.open()) {
    reply(Done{});
  } else {
    outcome_.answers.push_back({operation, std::move(reply)});
    timing_.changed();
  }
  settle();
}

void Engine::refuse(const char* operation, const DoneReply& reply, const std::exception& why) {
  const auto* refused = dynamic_cast<const StorageFailure*>(&why);
  ProviderError error = refused != nullptr ? refused->error()
                                           : make_error(ProviderError::Kind::storage, operation,
                                                        why.what(), true);  // no memory, say
  error.operation = operation;
  if (timing_.open() && tells_of_state(error.kind)) {
    // It may be refused for what is in this batch, and so waits for the commit like everybody in it.
    auto after_commit = [reply, refusal = std::move(error)](const Done& committed) {
      reply(committed ? Done(failure(refusal)) : committed);
    };
    outcome_.answers.push_back({operation, std::move(after_commit)});
  } else {
    reply(failure(std::move(error)));
  }
}

void Engine::settle() {
  if (stopped_) {
    return;
  }
  if (batch_.bytes() >= options_.early_commit_bytes) {
    commit();
    return;
  }
  if (!look_for_room()) {
    return;
  }
  watch_suspects(transaction_);
  try {
    if (timers_.changed) {
      answer_parked_timers(transaction_);
    }
    // While a batch gathers, turns wait for the last message of it: one fetch is then answered with
    // all of them, and an instance takes several messages in one turn.
    if (!timing_.gathering()) {
      dispatch_turns(transaction_);
    }
    dispatch_work(transaction_);
    if (timers_.changed) {
      answer_parked_timers(transaction_);  // of a rest that has begun meanwhile
    }
  } catch (const StorageFailure& failed) {
    transaction_.log_unreadable(failed);
  }
}

void Engine::commit_due() {
  if (!look_for_room()) {
    return;
  }
  try {
    dispatch_turns(transaction_);
    if (timers_.changed) {
      answer_parked_timers(transaction_);
    }
  } catch (const StorageFailure& failed) {
    transaction_.log_unreadable(failed);
  }
  if (timing_.commit_due()) {
    commit();
  }
}

void Engine::tick_due() {
  if (!stopped_ && timing_.tick_due()) {
    commit();
  }
}

void Engine::commit() {
  DUROXIDE_INVARIANT(!stopped_, "a store that has stopped commits no more");
  bool writes = false;
  try {
    batch_.begin_request();
    write_bookkeeping(transaction_);
    writes = !batch_.empty();
    if (writes) {
      host_.wait_for_disk([this] { batch_.commit(); });
    } else {
      batch_.discard();
      batch_.release();
    }
  } catch (const std::exception& failed) {
    commit_failed(failed.what());
    return;
  }
  if (writes) {
    rest_.found_room();
  }
  batch_committed();
}

void Engine::tell_of_damaged_counters() {
  const auto& damaged = batch_.damaged_counters();
  if (damaged.size() == damaged_counters_told_) {
    return;
  }
  damaged_counters_told_ = damaged.size();
  log(LogLevel::error, "counters of the store are damaged, " + std::to_string(damaged.size()) +
                           " so far: it tells wrong numbers of instances or events, and is whole "
                           "otherwise; `verify` "
                           "names them");
}

void Engine::batch_committed() {
  DUROXIDE_INVARIANT(batch_.empty(), "nothing is left in a batch that is committed");
  tell_of_damaged_counters();
  timing_.batch_ended();
  BatchOutcome outcome = std::exchange(outcome_, std::move(spare_outcome_));
  if (outcome.numbers_reserved) {
    numbers_.reserved(*outcome.numbers_reserved);
  }
  timers_.changed = timers_.changed || outcome.timers_touched;
  for (const auto token : outcome.moved_timers) {
    timers_.end_lease(token);
  }
  if (outcome.quarantine_touched) {
    quarantine_.touched();
  }
  load_quarantine(transaction_);
  settle_pauses(transaction_);
  answer_changed(outcome);
  feed_.batch_committed();
  auto& first = outcome.work_after_commit;
  for (auto work = first.rbegin(); work != first.rend(); ++work) {
    work_.push_front(*work);
  }
  for (const WorkRef& work : outcome.new_work) {
    work_.push(work);
  }
  for (const auto& [work, session] : outcome.released_work) {
    if (!work_.will_be_found(work.key, session)) {
      work_.push(work);
    }
  }
  work_.batch_ended();
  turns_.batch_ended();
  if (!suspects_.empty()) {
    suspects_.batch_committed(clock_->now());
  }
  release_suspects(transaction_);
  const auto answers = std::move(outcome.answers);
  outcome.clear();
  spare_outcome_ = std::move(outcome);
  const auto answer = [&answers] {
    for (const auto& [operation, reply] : answers) {
      reply(Done{});
    }
  };
  // Last: whoever is woken competes for the cores, and most senders only want to know that it is done,
  // while work and ends that were waited for lead on. But none of them waits for the next batch's room.
  if (batch_.finds_room_at_once(options_.slack)) {
    settle();
    answer();
  } else {
    answer();
    settle();
  }
}

void Engine::answer_changed(const BatchOutcome& outcome) {
  for (const Number number : outcome.finished) {
    reasons_->clear_all(number);
    answer_waits(number, true);
  }
  cancelled_.batch_committed();
  for (const Number number : outcome.deleted) {
    reasons_->clear_all(number);
  }
  answer_waits_for_nobody(outcome.deleted);
  for (const Number number : outcome.changed) {
    answer_waits(number, false);
  }
}

void Engine::commit_failed(const std::string& why) {
  const std::string reason = store_->broken_by().value_or(why);
  log(LogLevel::error, "the store has stopped after a fatal failure: " + reason);
  batch_.discard();
  timing_.batch_ended();
  const auto answers = std::exchange(outcome_.answers, {});
  stop_for_good(
      make_error(ProviderError::Kind::closed, {},
                 "the store has stopped after a fatal failure: " + reason + "; open it again"));
  for (const auto& [operation, reply] : answers) {
    reply(failure(make_error(ProviderError::Kind::storage, operation,
                             "the store has stopped, and whether this is in it is known when it is "
                             "opened again: " +
                                 reason)));
  }
}

void Engine::stop_for_good(const ProviderError& error) {
  stopped_ = error.message;
  for (const auto& fetch : std::exchange(turns_.parked, {})) {
    fetch.reply(failure(closed_error("fetch_orchestration_item")));
  }
  for (const auto& fetch : std::exchange(work_.parked, {})) {
    fetch.reply(failure(closed_error("dequeue_worker_peek_lock")));
  }
  for (const auto& fetch : std::exchange(timers_.parked, {})) {
    fetch.reply(failure(closed_error("dequeue_timer_peek_lock")));
  }
  refuse_waits();
  for (const auto& reply : cancelled_.take_parked()) {
    reply(failure(closed_error("await_cancelled_work")));
  }
  for (const auto& reply : feed_.take_parked()) {
    reply(failure(closed_error("await_changes")));
  }
}

void Engine::close() {
  closing_ = true;
  if (!stopped_) {
    if (timing_.open() || !work_.counts_to_write.empty()) {
      // Dispatches nothing: whoever fetches is about to be told that the store is closed.
      auto turns = std::exchange(turns_.parked, {});
      auto work = std::exchange(work_.parked, {});
      commit();
      turns_.parked = std::move(turns);
      work_.parked = std::move(work);
    }
  }
  batch_.release();
  if (!stopped_) {
    try {
      host_.wait_for_disk([this] { end_opening(*store_, numbers_.first_free()); });
    } catch (const StorageFailure& failed) {
      log(LogLevel::warn, "the store could not be marked as closed: " + failed.error().message);
    }
  }
  // Those who fetch, too, if that last commit has stopped the store: what they wait with holds the
  // store's actor, which would never be freed.
  stop_for_good(closed_error({}));
  host_.wait_for_disk([this] { store_->close(); });
}

}  // namespace duroxide::storage
