#include "engine/engine.hpp"

#include <utility>

#include "engine/after_commit.hpp"
#include "engine/bookkeeping.hpp"
#include "engine/care.hpp"
#include "engine/refusal.hpp"
#include "engine/resting.hpp"
#include "engine/small_tables.hpp"
#include "engine/timer_dispatch.hpp"
#include "engine/turn_dispatch.hpp"
#include "engine/work_dispatch.hpp"
#include "model/invariant.hpp"
#include "model/metrics.hpp"

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
               std::shared_ptr<Breakdown> breakdown, const EngineOptions& options)
    : store_(std::move(store)),
      clock_(std::move(clock)),
      host_(host),
      breakdown_(std::move(breakdown)),
      options_(options),
      batch_(*store_, [this](const std::function<void()>& wait) { host_.wait_for_disk(wait); }),
      memory_(batch_, opening, std::move(reasons), host, options_),
      transaction_(batch_, memory_, *clock_, options_, std::move(log)) {
  load_quarantine(transaction_);
  settle_pauses(transaction_);
  load_suspects(transaction_);
  batch_.release();
}

ProviderError Engine::closed_error(std::string_view operation) const {
  return make_error(ProviderError::Kind::closed, operation,
                    stopped_.value_or("the store is closed"));
}

void Engine::apply(const char* operation, DoneReply reply,
                   const std::function<void(Transaction&)>& request,
                   const std::function<void(Transaction&)>& no_room) {
  if (stopped_) {
    reply(failure(closed_error(operation)));
    return;
  }
  memory_.moment.passes();
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
  transaction_.carry_out_effects();
  if (batch_.empty() && !memory_.timing.open()) {
    reply(Done{});
  } else {
    memory_.outcome.answers.push_back({operation, std::move(reply)});
    memory_.timing.changed();
  }
  settle();
}

void Engine::refuse(const char* operation, const DoneReply& reply, const std::exception& why) {
  const auto* refused = dynamic_cast<const StorageFailure*>(&why);
  ProviderError error = refused != nullptr ? refused->error()
                                           : make_error(ProviderError::Kind::storage, operation,
                                                        why.what(), true);  // no memory, say
  error.operation = operation;
  if (memory_.timing.open() && tells_of_state(error.kind)) {
    // It may be refused for what is in this batch, and so waits for the commit like everybody in it.
    auto once_committed = [reply, refusal = std::move(error)](const Done& committed) {
      reply(committed ? Done(failure(refusal)) : committed);
    };
    memory_.outcome.answers.push_back({operation, std::move(once_committed)});
  } else {
    reply(failure(std::move(error)));
  }
}

bool Engine::look_for_room() {
  if (stopped_) {
    return false;
  }
  if (!transaction_.is_resting() && !batch_.has_room(options_.slack)) {
    try {
      batch_.make_room(options_.slack);
    } catch (const std::exception& failed) {
      if (!store_->broken_by()) {
        begin_rest(transaction_, failed.what());
      }
    }
  }
  if (const auto reason = store_->broken_by()) {
    commit_failed(*reason);
    return false;
  }
  return true;
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
    if (memory_.timers.changed) {
      answer_parked_timers(transaction_);
    }
    // While a batch gathers, turns wait for the last message of it: one fetch is then answered with
    // all of them, and an instance takes several messages in one turn.
    if (!memory_.timing.gathering()) {
      dispatch_turns(transaction_);
    }
    dispatch_work(transaction_);
    if (memory_.timers.changed) {
      answer_parked_timers(transaction_);  // of a rest that has begun meanwhile
    }
  } catch (const StorageFailure& failed) {
    transaction_.log_unreadable(failed);
  }
}

void Engine::let_go_of_decoded() {
  if (batch_.empty() && store_->growth_of(Table::history) != 0) {
    batch_.release();
  }
}

void Engine::commit_due() {
  memory_.moment.passes();
  if (!look_for_room()) {
    return;
  }
  try {
    dispatch_turns(transaction_);
    if (memory_.timers.changed) {
      answer_parked_timers(transaction_);
    }
  } catch (const StorageFailure& failed) {
    transaction_.log_unreadable(failed);
  }
  if (memory_.timing.commit_due()) {
    commit();
  }
}

void Engine::tick_due() {
  if (!stopped_ && memory_.timing.tick_due()) {
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
  memory_.moment.passes();
  if (writes) {
    memory_.rest.found_room();
    if (model::Metrics* const metrics = transaction_.metrics()) {
      metrics->commits.add();
    }
  }
  batch_committed();
}

void Engine::tell_of_damaged_counters() {
  const auto& damaged = batch_.damaged_counters();
  if (damaged.size() == damaged_counters_told_) {
    return;
  }
  damaged_counters_told_ = damaged.size();
  transaction_.log(LogLevel::error,
                   "counters of the store are damaged, " + std::to_string(damaged.size()) +
                       " so far: it tells wrong numbers of instances or events, and is whole "
                       "otherwise; `verify` "
                       "names them");
}

void Engine::batch_committed() {
  DUROXIDE_INVARIANT(batch_.empty(), "nothing is left in a batch that is committed");
  tell_of_damaged_counters();
  memory_.timing.batch_ended();
  BatchOutcome outcome = std::exchange(memory_.outcome, std::move(spare_outcome_));
  after_commit(transaction_, outcome);
  auto answers = std::exchange(outcome.answers, {});
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
  spare_outcome_.reuse(std::move(answers));
}

void Engine::commit_failed(const std::string& why) {
  const std::string reason = store_->broken_by().value_or(why);
  transaction_.log(LogLevel::error, "the store has stopped after a fatal failure: " + reason);
  batch_.discard();
  memory_.timing.batch_ended();
  const auto answers = std::exchange(memory_.outcome.answers, {});
  stopped_ = "the store has stopped after a fatal failure: " + reason + "; open it again";
  breakdown_->note(*stopped_);
  refuse_parked(transaction_, closed_error({}));
  for (const auto& [operation, reply] : answers) {
    reply(failure(make_error(ProviderError::Kind::storage, operation,
                             "the store has stopped, and whether this is in it is known when it is "
                             "opened again: " +
                                 reason)));
  }
}

void Engine::close() {
  closing_ = true;
  if (!stopped_) {
    if (memory_.timing.open() || !memory_.work.counts_to_write.empty()) {
      // Dispatches nothing: whoever fetches is about to be told that the store is closed.
      auto turns = std::exchange(memory_.turns.parked, {});
      auto work = std::exchange(memory_.work.parked, {});
      commit();
      memory_.turns.parked = std::move(turns);
      memory_.work.parked = std::move(work);
    }
  }
  batch_.release();
  if (!stopped_) {
    try {
      host_.wait_for_disk([this] { end_opening(*store_, memory_.numbers.first_free()); });
    } catch (const StorageFailure& failed) {
      transaction_.log(LogLevel::warn,
                       "the store could not be marked as closed: " + failed.error().message);
    }
  }
  // Those who fetch, too, if that last commit has stopped the store: what they wait with holds the
  // store's actor, which would never be freed.
  stopped_ = closed_error({}).message;
  refuse_parked(transaction_, closed_error({}));
  host_.wait_for_disk([this] { store_->close(); });
}

}  // namespace duroxide::storage
