#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/log.hpp>

#include "engine/memory.hpp"
#include "engine/options.hpp"
#include "model/flaw.hpp"
#include "model/inline_function.hpp"
#include "storage/batch.hpp"

namespace duroxide::storage {

/// Tells the sink, if there is one.
void tell(const LogSink& sink, LogLevel level, std::string message, std::string instance = {});

/// What a request is applied to: the batch, the participants that keep what it means to memory, and the
/// clock. One request at a time; what it does to memory waits until it is known that it is not refused.
/// It lives as long as the engine, so what happens later may refer to it.
class Transaction {
 public:
  using Effect = model::InlineFunction<void()>;

  /// All must outlive it.
  Transaction(Batch& batch, Memory& memory, const Clock& clock, const EngineOptions& options,
              LogSink log);

  [[nodiscard]] Batch& batch() { return batch_; }
  /// The state without the batch.
  [[nodiscard]] const ReadView& committed() { return batch_.committed(); }
  [[nodiscard]] Instances& instances() { return memory_.instances; }
  [[nodiscard]] Numbers& numbers() { return memory_.numbers; }
  [[nodiscard]] OrchestratorQueue& turns() { return memory_.turns; }
  [[nodiscard]] WorkerQueue& work() { return memory_.work; }
  [[nodiscard]] TimerQueue& timers() { return memory_.timers; }
  [[nodiscard]] CountedDeliveries& counted() { return memory_.counted; }
  [[nodiscard]] Waits& waits() { return memory_.waits; }
  [[nodiscard]] StartWaits& start_waits() { return memory_.start_waits; }
  [[nodiscard]] CancelledWork& cancelled() { return memory_.cancelled; }
  [[nodiscard]] Quarantine& quarantine() { return memory_.quarantine; }
  [[nodiscard]] Suspects& suspects() { return memory_.suspects; }
  [[nodiscard]] WorkSuspects& work_suspects() { return memory_.work_suspects; }
  [[nodiscard]] Care& care() { return memory_.care; }
  [[nodiscard]] Paused& paused() { return memory_.paused; }
  [[nodiscard]] ChangeFeed& feed() { return memory_.feed; }
  [[nodiscard]] Rest& rest() { return memory_.rest; }
  [[nodiscard]] auto& unregistered_turns() { return memory_.unregistered_turns; }
  [[nodiscard]] auto& unregistered_work() { return memory_.unregistered_work; }
  [[nodiscard]] CommitTiming& timing() { return memory_.timing; }
  [[nodiscard]] WaitingReasons& reasons() { return *memory_.reasons; }
  /// What the open batch comes to.
  [[nodiscard]] BatchOutcome& outcome() { return memory_.outcome; }
  [[nodiscard]] const Opening& opening() const { return memory_.opening; }
  [[nodiscard]] Timestamp now() const { return clock_.now(); }
  [[nodiscard]] const EngineOptions& options() const { return options_; }
  /// Null if nothing is counted.
  [[nodiscard]] model::Metrics* metrics() const { return options_.metrics.get(); }
  [[nodiscard]] Moment& moment() { return memory_.moment; }
  void log(LogLevel level, std::string message, std::string instance = {}) const {
    tell(log_, level, std::move(message), std::move(instance));
  }
  void log_unreadable(const StorageFailure& failed) const;
  /// Throws `instance_not_found`.
  [[nodiscard]] FoundInstance require_instance(const std::string& id);
  /// Nothing is handed out for a while, as there was no room.
  [[nodiscard]] bool is_resting() const {
    return memory_.rest.has_begun() && memory_.rest.lasts(now());
  }

  // Of the request.

  void begin();
  /// It is refused: takes back all that it has done.
  void undo();
  /// Happens once all of the request is staged, and not if it is refused.
  void after_applied(Effect effect) { effects_.push_back(std::move(effect)); }
  /// What was given to `after_applied`, each once.
  void carry_out_effects();
  /// It takes old things out, and so may have the room that is kept for that.
  void take_out_old() { makes_room_ = true; }
  [[nodiscard]] bool makes_room() const { return makes_room_; }
  /// Throws if what the request has staged finds no place in the commit.
  void require_room();

  /// Stages what no request asks for, as a request of its own. Throws if it finds no room, and then has
  /// staged nothing.
  void write_of_itself(const std::function<void()>& write);

  // What is done to many instances, several of them in one transaction, none of which lasts.

  struct Savepoint {
    Batch::Mark batch;
    std::size_t effects = 0;
  };
  [[nodiscard]] Savepoint savepoint() const { return {batch_.mark(), effects_.size()}; }
  /// Takes back what the request has done since.
  void go_back_to(const Savepoint& point);
  /// Whether the request, which began then, is to leave the rest to another.
  [[nodiscard]] bool has_done_enough(Timestamp began) const;
  /// Takes back what `act` has done if the instance turns out to be damaged, logs it, and says what is
  /// damaged.
  [[nodiscard]] model::Checked unless_damaged(const std::string& instance,
                                              const std::function<void()>& act);

 private:
  Batch& batch_;
  Memory& memory_;
  const Clock& clock_;
  const EngineOptions& options_;
  LogSink log_;
  std::vector<Effect> effects_;  ///< of the request
  std::vector<Effect> spare_;    ///< the room of those that were carried out, for the next request
  bool makes_room_ = false;
};

}  // namespace duroxide::storage
