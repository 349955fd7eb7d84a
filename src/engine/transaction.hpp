#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/log.hpp>

#include "engine/instances.hpp"
#include "engine/options.hpp"
#include "engine/paused.hpp"
#include "model/flaw.hpp"
#include "storage/batch.hpp"

namespace duroxide::storage {

/// Tells the sink, if there is one.
void tell(const LogSink& sink, LogLevel level, std::string message, std::string instance = {});

/// What a request is applied to: the batch, the participants that keep what it means to memory, and the
/// clock. One request at a time; what it does to memory waits until it is known that it is not refused.
class Transaction {
 public:
  /// All must outlive it.
  Transaction(Batch& batch, Instances& instances, Paused& paused, const Clock& clock,
              const EngineOptions& options, LogSink log);

  [[nodiscard]] Batch& batch() { return batch_; }
  [[nodiscard]] Instances& instances() { return instances_; }
  [[nodiscard]] Paused& paused() { return paused_; }
  [[nodiscard]] Timestamp now() const { return clock_.now(); }
  [[nodiscard]] const EngineOptions& options() const { return options_; }
  void log(LogLevel level, std::string message, std::string instance = {}) const {
    tell(log_, level, std::move(message), std::move(instance));
  }
  /// Throws `instance_not_found`.
  [[nodiscard]] FoundInstance require_instance(const std::string& id);

  // Of the request.

  void begin();
  /// It is refused: takes back all that it has done.
  void undo();
  /// Happens once all of the request is staged, and not if it is refused.
  void after_applied(std::function<void()> effect) { effects_.push_back(std::move(effect)); }
  [[nodiscard]] std::vector<std::function<void()>> take_effects();
  /// It takes old things out, and so may have the room that is kept for that.
  void take_out_old() { makes_room_ = true; }
  [[nodiscard]] bool makes_room() const { return makes_room_; }

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
  Instances& instances_;
  Paused& paused_;
  const Clock& clock_;
  const EngineOptions& options_;
  LogSink log_;
  std::vector<std::function<void()>> effects_;
  bool makes_room_ = false;
};

}  // namespace duroxide::storage
