#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "model/invariant.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {
constexpr Number numbers_in_advance = 256;

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
      reasons_(std::move(reasons)),
      opening_(opening),
      options_(options),
      batch_(*store_),
      instances_(batch_),
      timing_(host, options.longest_hold),
      work_suspects_(opening.id),
      next_instance_(opening.next_instance),
      numbers_reserved_(opening.next_instance),
      last_created_(opening.last_created),
      sequence_(opening.sequence_base()),
      next_pause_(options.first_pause) {
  turns_.set_backlog(opening.next_instance);
  turns_.set_token_base(opening.sequence_base());
  work_.set_backlog(opening.id);
  work_.set_token_base(opening.sequence_base());
  timers_.set_token_base(opening.sequence_base());
  load_quarantine();
  settle_pauses();
  load_suspects();
  batch_.release();
}

void Engine::log(LogLevel level, std::string message, std::string instance) const {
  if (log_) {
    LogRecord record;
    record.level = level;
    record.message = std::move(message);
    record.instance = std::move(instance);
    log_(record);
  }
}

ProviderError Engine::closed_error(std::string_view operation) const {
  return make_error(ProviderError::Kind::closed, operation,
                    stopped_.value_or("the store is closed"));
}

bool Engine::resting() const {
  return paused_until_ && clock_->now() < *paused_until_;
}

void Engine::apply(const char* operation, DoneReply reply, const std::function<void()>& request) {
  if (stopped_) {
    reply(failure(closed_error(operation)));
    return;
  }
  batch_.begin_request();
  effects_.clear();
  try {
    request();
  } catch (const StorageFailure& refused) {
    batch_.undo_request();
    effects_.clear();
    ProviderError error = refused.error();
    error.operation = operation;
    if (timing_.open() && tells_of_state(error.kind)) {
      // It may be refused for what is in this batch, and so waits for the commit like everybody in it.
      answers_.emplace_back(
          operation, [reply = std::move(reply), refusal = std::move(error)](const Done& committed) {
            reply(committed ? Done(failure(refusal)) : committed);
          });
    } else {
      reply(failure(std::move(error)));
    }
    settle();
    return;
  } catch (const std::exception& failed) {  // out of memory, for one
    batch_.undo_request();
    effects_.clear();
    reply(failure(make_error(ProviderError::Kind::storage, operation, failed.what(), true)));
    return;
  }
  for (const auto& effect : std::exchange(effects_, {})) {
    effect();
  }
  if (batch_.empty() && !timing_.open()) {
    reply(Done{});
  } else {
    answers_.emplace_back(operation, std::move(reply));
    timing_.changed();
  }
  settle();
}

void Engine::settle() {
  if (stopped_) {
    return;
  }
  if (batch_.bytes() >= options_.early_commit_bytes) {
    commit();
    return;
  }
  watch_suspects();
  try {
    if (timers_changed_) {
      answer_parked_timers();
    }
    // While a batch gathers, turns wait for the last message of it: one fetch is then answered with
    // all of them, and an instance takes several messages in one turn.
    if (!timing_.gathering()) {
      dispatch_turns();
    }
    dispatch_work();
  } catch (const StorageFailure& failed) {
    log_unreadable(failed);
  }
}

void Engine::commit_due() {
  if (stopped_) {
    return;
  }
  try {
    dispatch_turns();
  } catch (const StorageFailure& failed) {
    log_unreadable(failed);
  }
  if (timing_.commit_due()) {
    commit();
  }
}

void Engine::log_unreadable(const StorageFailure& failed) const {
  log(LogLevel::error, "the store cannot be read: " + failed.error().message);
}

void Engine::tick_due() {
  if (!stopped_ && timing_.tick_due()) {
    commit();
  }
}

FoundInstance Engine::require_instance(const std::string& id) {
  const auto number = instances_.find(id);
  auto record = number ? instances_.load(*number) : std::nullopt;
  if (!record) {
    throw StorageFailure(ProviderError::Kind::instance_not_found,
                         "there is no instance `" + id + "`");
  }
  return {*number, std::move(*record)};
}

void Engine::write_bookkeeping() {
  if (next_instance_ > numbers_reserved_) {
    // Some in advance, so that not every commit writes this row. What is left of them is lost if the
    // store is not closed.
    batch_.put(Table::meta, std::string(meta_keys::next_instance),
               make_key(next_instance_ + numbers_in_advance));
  }
  for (const auto& [key, count] : work_.counts_to_write) {
    if (!counted_work_.contains(key)) {  // else the batch counts the delivery that follows
      batch_.put(Table::attempts, key.bytes(), make_key(count));
    }
  }
  count_first_deliveries();
}

void Engine::commit() {
  DUROXIDE_INVARIANT(!stopped_, "a store that has stopped commits no more");
  try {
    batch_.begin_request();
    write_bookkeeping();
    commit_batch();
  } catch (const StorageFailure& failed) {
    batch_failed(failed.error());
    return;
  } catch (const std::exception& failed) {  // out of memory, for one; nothing is on the disk then
    batch_failed(make_error(ProviderError::Kind::storage, {}, failed.what(), true));
    return;
  }
  batch_committed();
}

void Engine::commit_batch() {
  try {
    batch_.commit();
  } catch (const StorageFailure& failed) {
    // On a full disk what makes room has the room that is kept for it; but others may be in its batch.
    if (failed.error().kind != ProviderError::Kind::disk_full || !batch_makes_room_ ||
        batch_.bytes() > options_.most_bytes_with_reserve || !store_->give_up_reserve()) {
      throw;
    }
    log(LogLevel::warn, "the disk is full: a deletion takes the room that is kept for it");
    batch_.commit();
  }
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
  touched_.clear();
  batch_makes_room_ = false;
  turns_counted_ = 0;
  counting_turns_.clear();
  if (next_instance_ > numbers_reserved_) {
    numbers_reserved_ = next_instance_ + numbers_in_advance;
  }
  next_pause_ = options_.first_pause;
  removed_work_.clear();
  work_.counts_to_write.clear();
  timers_changed_ = timers_changed_ || timers_touched_;
  timers_touched_ = false;
  for (const auto token : std::exchange(acked_timers_, {})) {
    timers_.end_lease(token);
  }
  load_quarantine();
  settle_pauses();
  const auto answers = std::exchange(answers_, {});
  answer_finished();
  cancelled_.batch_committed();
  answer_deleted();
  answer_changed();
  feed_.batch_committed();
  auto first = std::exchange(work_after_commit_, {});
  for (auto work = first.rbegin(); work != first.rend(); ++work) {
    work_.push_front(*work);
  }
  for (const WorkRef& work : std::exchange(new_work_, {})) {
    work_.push(work);
  }
  for (const auto& [work, session] : std::exchange(released_work_, {})) {
    if (!work_.will_be_found(work.key, session)) {
      work_.push(work);
    }
  }
  work_.batch_ended();
  turns_.batch_ended();
  if (!suspects_.empty()) {
    suspects_.batch_committed(clock_->now());
  }
  release_suspects();
  settle();
  // Last: whoever is woken competes for the cores, and most senders only want to know that it is done,
  // while work and ends that were waited for lead on.
  for (const auto& [operation, reply] : answers) {
    reply(Done{});
  }
}

void Engine::answer_finished() {
  for (const Number number : std::exchange(finished_, {})) {
    reasons_->clear_all(number);
    answer_waits(number, true);
  }
}

void Engine::batch_failed(const ProviderError& error) {
  log(LogLevel::error, "a commit failed: " + error.message);
  batch_.discard();
  batch_makes_room_ = false;
  timing_.batch_ended();
  turns_counted_ = 0;
  counting_turns_.clear();
  timers_touched_ = false;
  cancelled_.batch_failed();
  for (auto& [operation, reply] : std::exchange(answers_, {})) {
    ProviderError answer = error;
    answer.operation = operation;
    reply(failure(std::move(answer)));
  }
  if (const auto reason = store_->broken_by()) {
    stop_for_good(
        make_error(ProviderError::Kind::closed, {},
                   "the store has stopped after a fatal failure: " + *reason + "; open it again"));
    return;
  }
  // Turns may have been taken on what never reached the disk: all of them are void, and every
  // instance that had one, or a message in the batch, is looked at again.
  for (const Number number : touched_) {
    counted_turns_.erase(number);
  }
  for (const TurnLease& lease : turns_.void_all()) {
    if (lease.counted) {
      counted_turns_.insert(lease.number);
    }
    turns_.push(lease.number);
  }
  std::vector<Number> touched(touched_.begin(), touched_.end());
  std::sort(touched.begin(), touched.end());
  touched_.clear();
  changed_.clear();
  for (const Number number : touched) {
    turns_.push(number);
  }
  turns_.batch_ended();
  suspects_.batch_failed();
  finished_.clear();
  deleted_.clear();
  feed_.batch_failed();
  load_quarantine();
  settle_pauses();
  // Rows that the batch removed are still there, rows that it added are not.
  auto back = std::exchange(removed_work_, {});
  auto waiting = std::exchange(work_after_commit_, {});
  back.insert(back.end(), waiting.begin(), waiting.end());
  for (auto work = back.rbegin(); work != back.rend(); ++work) {
    counted_work_.erase(work->key);
    work_.push_front(*work);
  }
  for (const WorkRef& work : std::exchange(new_work_, {})) {
    counted_work_.erase(work.key);
  }
  released_work_.clear();
  work_.batch_ended();
  for (const auto token : std::exchange(acked_timers_, {})) {
    timers_.end_lease(token);
  }
  answer_waits_for_nobody(touched);
  // Of one reading of the clock, so that the rest is over when its end is told.
  const Timestamp until = saturating_add(clock_->now(), next_pause_);
  timers_.hold_back(until, TimerQueue::Pause{});
  timers_changed_ = true;
  paused_until_ = until;
  next_pause_ = std::min(next_pause_ * 2, options_.longest_pause);
  settle();
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
      end_opening(*store_, next_instance_);
    } catch (const StorageFailure& failed) {
      log(LogLevel::warn, "the store could not be marked as closed: " + failed.error().message);
    }
  }
  // Those who fetch, too, if that last commit has stopped the store: what they wait with holds the
  // store's actor, which would never be freed.
  stop_for_good(closed_error({}));
  store_->close();
}

}  // namespace duroxide::storage
