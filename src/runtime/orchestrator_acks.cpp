// How a turn ends: its ack, what is told once the store has taken it, and what is dropped if it has not.

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/invariant.hpp"
#include "runtime/orchestrator.hpp"
#include "runtime/turn_ack.hpp"
#include "runtime/turn_refusal.hpp"

namespace duroxide::runtime {

namespace {

/// Before an item that the store would not let us finish is handed out again.
constexpr Milliseconds pause_after_refusal{200};

model::TurnEnd end_of(const replay::Outcome& outcome) {
  if (std::holds_alternative<replay::StillRunning>(outcome)) {
    return model::TurnEnd::waiting;
  }
  if (std::holds_alternative<replay::Completed>(outcome)) {
    return model::TurnEnd::completed;
  }
  if (const auto* failed = std::get_if<replay::Failed>(&outcome)) {
    return failed->details.is_cancelled() ? model::TurnEnd::cancelled : model::TurnEnd::failed;
  }
  return model::TurnEnd::continued_as_new;
}

}  // namespace

void Orchestrator::count_turn(const provider::OrchestrationItem& item,
                              const replay::TurnResult& result) const {
  model::Metrics* const metrics = environment_->metrics.get();
  if (metrics == nullptr) {
    return;
  }
  metrics->count_turn(item.messages.empty() ? model::TurnEnd::answered : end_of(result.outcome));
}

/// Once the store has the turn: one that it refuses runs again, and retries again.
void Orchestrator::count_retries(std::uint64_t retries) const {
  if (retries != 0 && environment_->metrics != nullptr) {
    environment_->metrics->retries.add(retries);
  }
}

TurnEnded Orchestrator::acknowledge(const RunTurn& turn, replay::TurnResult result) {
  count_turn(turn.item, result);
  auto finished = finished_turn(turn.item, result);
  const bool ended = result.is_terminal();
  const bool next_execution = std::holds_alternative<replay::ContinuedAsNew>(result.outcome);
  auto lines = lines_of(turn.item, result.outcome);
  if (ended) {
    drop_execution();
  }
  const bool is_spoilt = execution_ != nullptr && execution_->has_failed();
  const bool stays = turn.keep_resident && (!ended || next_execution) && !is_spoilt;
  if (!stays) {
    drop_execution();
    leaving_ = true;
  }
  const provider::LockToken token = turn.item.lock_token;
  last_acknowledged_ = token;
  const std::uint64_t retries = result.retries;
  auto ack = make_ack(turn.item, assigned(), std::move(result), stays);
  if (next_execution) {
    ack.prune = environment_->options.retention().executions_to_drop(environment_->clock->now());
  }
  const bool is_quiet = stays && lines.empty() && !finished && retries == 0;
  if (is_quiet && environment_->quiet_acks) {
    // Nothing follows from the answer. If this actor ends before it is refused, so does its memory.
    actors::send(this, environment_->quiet_acks,
                 storage::AckTurnQuietly{std::move(ack), pause_after_refusal, listener()});
    return {};
  }
  ++unanswered_;
  actors::ask(
      this, environment_->provider, std::move(ack),
      [this, token, retries, lines = std::move(lines),
       finished = std::move(finished)](const Done& reply) {
        if (!reply) {
          drop_memory_of(token);
          if (tell_of_refusal(*environment_, record(LogLevel::warn, {}), reply.error())) {
            give_back_later(token);
          }
        } else {
          count_retries(retries);
          for (const LogRecord& line : lines) {
            environment_->log(line);
          }
          if (finished) {
            finished->tell();
          }
        }
        answered();
      },
      [this] { answered(); });
  return {stays ? TurnEnded::Kind::resident : TurnEnded::Kind::gone, {}};
}

/// Null if nobody is to be told anything, and of a look at the instance, which is no turn.
std::shared_ptr<const FinishedTurn> Orchestrator::finished_turn(
    const provider::OrchestrationItem& item, replay::TurnResult& result) const {
  if (!environment_->interceptors || item.messages.empty() || !execution_ ||
      !execution_->is_wanted()) {
    return nullptr;
  }
  const InterceptorHooks hooks = environment_->interceptors->hooks();
  const bool tells_of_turn = result.is_terminal() ? hooks.after_execution : hooks.after_turn;
  if (!tells_of_turn && result.ended_steps.empty()) {
    return nullptr;
  }
  return std::make_shared<const FinishedTurn>(*environment_, item, execution_->intercepted(),
                                              result);
}

/// What is told of a turn once the store has it; nothing of most.
std::vector<LogRecord> Orchestrator::lines_of(const provider::OrchestrationItem& item,
                                              const replay::Outcome& outcome) const {
  std::vector<LogRecord> lines;
  const bool starts = item.history_size == 0 && item.execution_id == 1;
  const auto* failed = std::get_if<replay::Failed>(&outcome);
  const bool completes = std::holds_alternative<replay::Completed>(outcome);
  if (!starts && !completes && failed == nullptr) {
    return lines;
  }
  const std::string who = "instance " + instance_;
  if (starts) {
    lines.push_back(record(LogLevel::info, who + " has started"));
  }
  if (completes) {
    lines.push_back(record(LogLevel::info, who + " has completed"));
  } else if (failed != nullptr) {
    const ErrorDetails& details = failed->details;
    if (details.is_cancelled()) {
      lines.push_back(record(LogLevel::info, who + " was cancelled: " + details.message));
    } else {
      lines.push_back(record(LogLevel::warn, who + " (" + assigned().orchestration + " " +
                                                 assigned().version + ") has failed, " +
                                                 std::string(to_string(details.category)) + ": " +
                                                 details.message));
    }
  }
  return lines;
}

void Orchestrator::drop_memory_of(provider::LockToken turn) {
  if (turn == last_acknowledged_) {
    drop_execution();
  }
}

std::shared_ptr<const storage::RefusalListener> Orchestrator::listener() {
  if (!listener_) {
    // An execution that has ended is gone, also if its instance goes on as new.
    listener_ = std::make_shared<RefusedQuietly>(
        environment_, assignment_, execution_ ? execution_->intercepted().headers : Headers());
  }
  return listener_;
}

void Orchestrator::give_back_later(provider::LockToken token) {
  provider::AbandonOrchestrationItem abandon;
  abandon.lock_token = token;
  abandon.delay = pause_after_refusal;
  give_back(std::move(abandon));
}

void Orchestrator::give_back(provider::AbandonOrchestrationItem abandon) {
  ++unanswered_;
  actors::ask(
      this, environment_->provider, std::move(abandon), [this](const Done&) { answered(); },
      [this] { answered(); });
}

void Orchestrator::answered() {
  DUROXIDE_INVARIANT(unanswered_ > 0, "what is answered was asked");
  --unanswered_;
  if (leaving_ && unanswered_ == 0) {
    quit();
  }
}

}  // namespace duroxide::runtime
