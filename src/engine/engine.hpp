#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <duroxide/log.hpp>
#include <duroxide/management_messages.hpp>
#include <duroxide/provider_messages.hpp>

#include "engine/activity_rows.hpp"
#include "engine/attempts.hpp"
#include "engine/bookkeeping.hpp"
#include "engine/care.hpp"
#include "engine/change_notes.hpp"
#include "engine/delivery_counts.hpp"
#include "engine/execution_rows.hpp"
#include "engine/hold_back.hpp"
#include "engine/kept_rows.hpp"
#include "engine/memory.hpp"
#include "engine/messages.hpp"
#include "engine/options.hpp"
#include "engine/parents.hpp"
#include "engine/quarantine_rows.hpp"
#include "engine/questions.hpp"
#include "engine/removal.hpp"
#include "engine/resting.hpp"
#include "engine/restore_plan.hpp"
#include "engine/rows.hpp"
#include "engine/sent_messages.hpp"
#include "engine/set_aside.hpp"
#include "engine/shown_values.hpp"
#include "engine/small_tables.hpp"
#include "engine/starts.hpp"
#include "engine/timer_dispatch.hpp"
#include "engine/timer_rows.hpp"
#include "engine/transaction.hpp"
#include "engine/turn_dispatch.hpp"
#include "engine/turn_end.hpp"
#include "engine/turn_messages.hpp"
#include "engine/voided.hpp"
#include "engine/work_dispatch.hpp"
#include "model/open_steps.hpp"
#include "storage/batch.hpp"

namespace duroxide::storage {

/// The provider without its actor: one request after the other is applied to a batch, which is
/// committed as a whole; what may be seen only after the commit is kept until then. Used by one
/// thread at a time.
class Engine {
 public:
  using TurnsReply = OrchestratorQueue::FetchReply;
  using WorkReply = WorkerQueue::FetchReply;
  using DueReply = TimerQueue::DueReply;
  using StatusReply = Reply<StatusWait::Answer>;
  using HistoryReply = Reply<provider::Answer<std::vector<Event>>>;
  using DoneReply = Reply<Done>;
  using ValueReply = Reply<ValueWait::Answer>;
  using ValuesReply = Reply<provider::Answer<std::vector<StoredValue>>>;
  using CountReply = Reply<provider::Answer<std::uint64_t>>;
  using TokensReply = CancelledWork::TokensReply;

  Engine(std::shared_ptr<KvStore> store, const Opening& opening, std::shared_ptr<Clock> clock,
         LogSink log, std::shared_ptr<WaitingReasons> reasons, CommitTiming::Host& host,
         const EngineOptions& options = {});

  // The protocol; provider.hpp says what each does.
  void read(const std::string& instance, const HistoryReply& reply);
  void get_status(const std::string& instance, const StatusReply& reply);
  void wait_for_status(Holder sender, const provider::WaitForStatus& request, StatusReply reply);
  void stop_waiting(Holder sender, std::uint64_t wait_id);
  void get_value(const provider::GetValue& request, const ValueReply& reply);
  void get_values(const std::string& instance, const ValuesReply& reply);
  void wait_for_value(Holder sender, const provider::WaitForValue& request, ValueReply reply);
  void await_cancelled_work(Holder holder, TokensReply reply);

  // What management changes; management_protocol.hpp says what each does.
  template <class Request>
  using ReplyTo = Reply<typename Request::Response>;
  void subscribe(Holder holder, const management::SubscribeChanges& request,
                 ReplyTo<management::SubscribeChanges> reply);
  void await_changes(Holder holder, const management::AwaitChanges& request,
                     ReplyTo<management::AwaitChanges> reply);
  void unsubscribe(Holder holder, const management::UnsubscribeChanges& request,
                   ReplyTo<management::UnsubscribeChanges> reply);

  // Requests are functions over a transaction, each in a file of its own.

  /// `no_room` happens, before the answer, if what the request writes finds no room: what it means to
  /// memory all the same. It must not throw.
  void apply(const char* operation, DoneReply reply,
             const std::function<void(Transaction&)>& request,
             const std::function<void(Transaction&)>& no_room = {});
  /// For those that are answered with more than that they are done.
  template <class T, class Request>
  void apply_for(const char* operation, Reply<provider::Answer<T>> reply, const Request& request);
  /// Somebody asks for what is kept in memory or committed. `question` answers, now or later, and gives whether
  /// something may be handed out now.
  template <class Answer, class Ask>
  void ask(const char* operation, Reply<Answer> reply, const Ask& question) {
    if (stopped_) {
      reply(failure(closed_error(operation)));
    } else if (question(transaction_, std::move(reply))) {
      settle();
    }
  }
  /// Somebody gives up what memory alone knows of, which a store that has stopped does, too.
  template <class Change>
  void let_go(const Change& change) {
    change(transaction_);
  }
  /// Somebody tells what memory alone keeps. `change` gives whether more may be handed out then.
  template <class Change>
  void tell(const Change& change) {
    if (!stopped_ && change(transaction_)) {
      settle();
    }
  }
  /// What goes in several transactions begins no other.
  [[nodiscard]] bool is_closing() const { return closing_; }
  /// Why every request is refused, once it is.
  [[nodiscard]] ProviderError closed_error(std::string_view operation) const;

  // What the host calls.
  void commit_due();
  void tick_due();
  /// Commits what waits, answers everybody, marks the store as closed and closes it.
  void close();

 private:
  // engine.cpp: applying and committing.
  void apply(const char* operation, DoneReply reply, const std::function<void()>& request,
             const std::function<void()>& no_room = {});
  void refuse(const char* operation, const DoneReply& reply, const std::exception& why);
  void settle();
  void commit();
  void batch_committed();
  void tell_of_damaged_counters();
  /// Nobody knows what is on the disk: everybody is told so, and the store must be opened again.
  void commit_failed(const std::string& why);
  void stop_for_good(const ProviderError& error);
  void answer_changed(const BatchOutcome& outcome);
  // engine_room.cpp: room for what is committed.
  /// Handing out rests if there is no room for what the engine writes of itself. False if the store has
  /// stopped.
  [[nodiscard]] bool look_for_room();
  void log(LogLevel level, std::string message, std::string instance = {}) const;

  // engine_waits.cpp: those who wait for an instance. What they get is committed.
  void park(Number number, Holder sender, std::uint64_t wait_id, Wait wait);
  void answer_waits(Number number, bool ended);
  [[nodiscard]] std::optional<Number> find_number_for_wait(const std::string& instance);
  /// Those who wait for an instance that is gone.
  void answer_waits_for_nobody(const std::vector<Number>& numbers);
  void refuse_waits();

  std::shared_ptr<KvStore> store_;
  std::shared_ptr<Clock> clock_;
  LogSink log_;
  CommitTiming::Host& host_;
  EngineOptions options_;
  Batch batch_;
  std::size_t damaged_counters_told_ = 0;
  Memory memory_;
  BatchOutcome spare_outcome_;  ///< for the next batch
  Transaction transaction_;

  // Names of what is in the memory.
  std::shared_ptr<WaitingReasons>& reasons_ = memory_.reasons;
  Instances& instances_ = memory_.instances;
  Numbers& numbers_ = memory_.numbers;
  CommitTiming& timing_ = memory_.timing;
  BatchOutcome& outcome_ = memory_.outcome;
  OrchestratorQueue& turns_ = memory_.turns;
  WorkerQueue& work_ = memory_.work;
  TimerQueue& timers_ = memory_.timers;
  Waits& waits_ = memory_.waits;
  CancelledWork& cancelled_ = memory_.cancelled;
  Quarantine& quarantine_ = memory_.quarantine;
  Suspects& suspects_ = memory_.suspects;
  ChangeFeed& feed_ = memory_.feed;
  Rest& rest_ = memory_.rest;

  std::optional<std::string> stopped_;  ///< why every request is refused
  bool closing_ = false;                ///< what goes in several transactions begins no other
};

template <class T, class Request>
void Engine::apply_for(const char* operation, Reply<provider::Answer<T>> reply,
                       const Request& request) {
  const auto result = std::make_shared<T>();
  auto answer = [result, reply = std::move(reply)](const Done& done) {
    if (done) {
      reply(std::move(*result));
    } else {
      reply(failure(done.error()));
    }
  };
  apply(operation, std::move(answer),
        [&](Transaction& transaction) { *result = request(transaction); });
}

}  // namespace duroxide::storage
