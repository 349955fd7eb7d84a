#include "runtime/orchestrator.hpp"

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "model/cancellation.hpp"
#include "model/engine_flags.hpp"
#include "model/exceptions.hpp"
#include "model/kinds.hpp"
#include "model/lent_thread.hpp"
#include "model/trace_context.hpp"

namespace duroxide::runtime {

namespace {

/// What a turn runs; see `LentThread`.
constexpr const char* orchestration_code = "orchestration code";

ErrorDetails poison_details(const provider::OrchestrationItem& item, std::uint32_t max_attempts) {
  ErrorDetails details;
  details.category = ErrorCategory::poison;
  details.kind = ErrorKind::poisoned_orchestration;
  details.subject = item.instance;
  details.attempts = item.attempt_count;
  details.max_attempts = max_attempts;
  details.message = "a turn of instance " + item.instance + " (" + item.orchestration_name +
                    ") was started " + std::to_string(item.attempt_count - 1) +
                    " times and never finished; " + std::to_string(max_attempts) +
                    " attempts are allowed. It probably ends the process: look for a crash";
  return details;
}

/// What the execution relies on and this release does not know.
std::uint64_t unknown_flags(const std::vector<Event>& history) {
  const auto* started =
      history.empty() ? nullptr : std::get_if<event::OrchestrationStarted>(&history.front().kind);
  return started == nullptr ? 0 : model::unknown_engine_flags(started->engine_flags);
}

/// Every question is answered, or it would be handed out again and again.
provider::UpdateAnswer has_returned(const provider::Question& question,
                                    const std::string& instance) {
  provider::UpdateAnswer answer;
  answer.id = question.id;
  answer.error = application_error(
      ErrorKind::orchestration_failed,
      "the code of instance " + instance +
          " returns where its history goes on: it was changed under the same version, and is not "
          "there to be asked",
      question.name);
  return answer;
}

/// The trace that an execution belongs to which begins or is rebuilt with `item`; empty if there is none.
std::string trace_id_of(const provider::OrchestrationItem& item) {
  if (!item.history.empty()) {
    return model::trace_id_of(model::headers_of(item.history));
  }
  const WorkItem* first = item.messages.empty() ? nullptr : &item.messages.front();
  if (const auto* start = std::get_if<work::StartOrchestration>(first)) {
    return model::trace_id_of(start->headers);
  }
  const auto* next = std::get_if<work::ContinueAsNew>(first);
  return next == nullptr ? "" : model::trace_id_of(next->headers);
}

ErrorDetails details_of_cancel(const work::CancelInstance& cancel) {
  return model::details_of(event::OrchestrationCancelRequested{cancel.reason, cancel.timed_out},
                           cancel.instance);
}

const work::CancelInstance* cancel_among(const std::vector<WorkItem>& messages) {
  for (const WorkItem& each : messages) {
    if (const auto* cancel = std::get_if<work::CancelInstance>(&each)) {
      return cancel;
    }
  }
  return nullptr;
}

}  // namespace

Orchestrator::Orchestrator(caf::actor_config& config, SharedEnvironment environment,
                           std::shared_ptr<const replay::TurnServices> services,
                           std::string instance)
    : OrchestratorActor::base(config),
      environment_(std::move(environment)),
      services_(std::move(services)),
      instance_(std::move(instance)) {}

class Orchestrator::AtCode {
 public:
  explicit AtCode(const Orchestrator& orchestrator) : orchestrator_(orchestrator) {
    watched_.emplace(static_cast<const actors::MayBeOverdue&>(orchestrator));
  }
  ~AtCode() {
    watched_.reset();  // first: nobody says any more that it lasts
    if (const auto overdue = orchestrator_.overdue_.exchange(0)) {
      orchestrator_.environment_->overdue_turns->remove(overdue);
      orchestrator_.environment_->log(orchestrator_.record(
          LogLevel::warn, "the code of instance " + orchestrator_.instance_ +
                              ", which had lasted too long, has come to an end"));
    }
  }
  AtCode(const AtCode&) = delete;
  AtCode& operator=(const AtCode&) = delete;

 private:
  const Orchestrator& orchestrator_;
  std::optional<actors::WatchedCode> watched_;
};

void Orchestrator::is_overdue(std::chrono::milliseconds so_far) const noexcept {
  try {
    overdue_ =
        environment_->overdue_turns->add({instance_, assigned().orchestration, assigned().version,
                                          environment_->clock->now() - so_far});
    environment_->log(record(
        LogLevel::warn,
        "a turn of instance " + instance_ + " (" + assigned().orchestration +
            ") has run its code for " + std::to_string(so_far.count()) +
            " ms without awaiting anything, and holds a thread of the engine's; others go on. "
            "Code of an orchestration must not block: what takes long belongs into an activity"));
  } catch (const std::exception&) {
    // Out of memory, for one: nobody can be told.
  }
}

Orchestrator::behavior_type Orchestrator::make_behavior() {
  return {
      [this](RunTurn& turn) -> TurnEnded {
        const model::LentThread lent(orchestration_code);
        try {
          return run_turn(turn);
        } catch (...) {
          // User code is caught in the replay core, so this is the engine's own failure.
          const auto details = model::details_of(
              std::current_exception(), ErrorKind::orchestration_failed, turn.item.instance);
          environment_->log(record(LogLevel::error, "a turn could not be run: " + details.message));
          drop_execution();
          give_back_later(turn.item.lock_token);
          return {};
        }
      },
      [this](const Leave&) {
        leaving_ = true;
        if (unanswered_ == 0) {
          quit();
        }
      },
      // The store has given the turn back, and has told `listener_`.
      [this](const storage::AckRefused& ack) { drop_memory_of(ack.lock_token); },
  };
}

void Orchestrator::on_exit() {
  drop_execution();
}

TurnEnded Orchestrator::run_turn(RunTurn& turn) {
  const provider::OrchestrationItem& item = turn.item;
  if (!continues(item)) {
    drop_execution();
    if (!item.history_included && item.history_size != 0) {
      return {TurnEnded::Kind::history_missing, {}};
    }
  }
  const auto* cancel = cancel_among(item.messages);
  if (item.quarantined && cancel != nullptr) {
    return fail_without_code(turn, details_of_cancel(*cancel));
  }
  if (item.attempt_count > environment_->options.max_attempts()) {
    return run_poisoned(turn);
  }
  if (!execution_) {
    auto assignment = assign(item);
    if (!assignment) {
      if (cancel != nullptr) {
        return fail_without_code(turn, details_of_cancel(*cancel));
      }
      return {TurnEnded::Kind::not_registered, std::move(assignment).error()};
    }
    make_execution(std::move(*assignment), item);
    if (item.recovered) {
      environment_->log(record(LogLevel::info, "instance " + instance_ + " is recovered from " +
                                                   std::to_string(item.history.size()) +
                                                   " events of its history"));
    }
  }
  return item.messages.empty() ? answer_questions(turn) : acknowledge(turn, run_code(item));
}

TurnEnded Orchestrator::answer_questions(const RunTurn& turn) {
  const provider::OrchestrationItem& item = turn.item;
  replay::TurnResult result;
  bool can_go_on = true;
  {
    const model::Measured measured(turn_durations());
    const AtCode at_code(*this);
    replay_history(item);
    const bool was_sound = !execution_->has_failed();
    for (const provider::Question& question : item.questions) {
      auto answer = execution_->answer(question);
      can_go_on = can_go_on && answer && execution_->history_size() == item.history_size;
      result.updates.push_back(answer ? std::move(*answer) : has_returned(question, instance_));
      if (was_sound && execution_->has_failed()) {
        break;  // the others come again, and are asked of a sound one
      }
    }
  }
  RunTurn answered;
  answered.item.lock_token = item.lock_token;
  answered.item.execution_id = item.execution_id;
  answered.item.history_size = item.history_size;
  answered.keep_resident = turn.keep_resident && can_go_on;
  return acknowledge(answered, std::move(result));
}

void Orchestrator::replay_history(const provider::OrchestrationItem& item) {
  if (item.history.empty()) {
    return;
  }
  if (model::Metrics* const metrics = environment_->metrics.get()) {
    metrics->replays.add();
    metrics->replayed_events.add(item.history.size());
  }
  execution_->replay(item.history);
}

replay::TurnResult Orchestrator::run_code(const provider::OrchestrationItem& item) {
  const model::Measured measured(turn_durations());
  const AtCode at_code(*this);
  tell_of_beginning(*environment_, item);
  replay_history(item);
  replay::TurnResult result = execution_->run(item.messages);
  for (const provider::Question& question : item.questions) {
    if (result.is_terminal() || execution_->has_failed()) {
      break;
    }
    if (auto answer = execution_->answer(question)) {
      result.updates.push_back(std::move(*answer));
    }
  }
  return result;
}

TurnEnded Orchestrator::run_poisoned(RunTurn& turn) {
  const provider::OrchestrationItem& item = turn.item;
  ErrorDetails details = poison_details(item, environment_->options.max_attempts());
  environment_->log(record(LogLevel::error, details.message));
  if (environment_->options.on_poison() == PoisonPolicy::fail) {
    return fail_without_code(turn, std::move(details));
  }
  drop_execution();
  provider::AbandonOrchestrationItem abandon;
  abandon.lock_token = item.lock_token;
  abandon.quarantine = std::move(details.message);
  give_back(std::move(abandon));
  leaving_ = true;
  return {TurnEnded::Kind::gone, {}};
}

TurnEnded Orchestrator::fail_without_code(RunTurn& turn, ErrorDetails details) {
  const provider::OrchestrationItem& item = turn.item;
  if (!execution_) {
    // Its code may be what ends the process, or missing.
    make_execution({item.instance, item.execution_id, item.orchestration_name, item.version, {}},
                   item);
  }
  replay::TurnResult result;
  {
    const AtCode at_code(*this);  // an interceptor is user code too
    tell_of_beginning(*environment_, item);
    result = execution_->fail(item.history, item.messages, std::move(details));
  }
  return acknowledge(turn, std::move(result));
}

bool Orchestrator::continues(const provider::OrchestrationItem& item) const {
  return execution_ != nullptr && !item.history_included &&
         assigned().execution_id == item.execution_id &&
         execution_->history_size() == item.history_size;
}

Result<replay::Assignment, NotRegistered> Orchestrator::assign(
    const provider::OrchestrationItem& item) const {
  std::string name = item.orchestration_name;
  std::optional<std::string> version;
  const WorkItem* first = item.messages.empty() ? nullptr : &item.messages.front();
  if (!item.version.empty()) {
    version = item.version;  // a running execution stays with the code it began with
  } else if (const auto* start = std::get_if<work::StartOrchestration>(first)) {
    name = start->orchestration;
    version = start->version;
  } else if (const auto* next = std::get_if<work::ContinueAsNew>(first)) {
    name = next->orchestration;
    version = next->version;
  }
  if (const std::uint64_t unknown = unknown_flags(item.history); unknown != 0) {
    return failure(NotRegistered{
        "a newer release of the engine (flags " + std::to_string(unknown) + ")",
        "this release knows the flags " + std::to_string(model::current_engine_flags), false});
  }
  auto found = environment_->orchestrations.resolve(name, version);
  if (!found) {
    return failure(std::move(found).error());
  }
  return replay::Assignment{item.instance, item.execution_id, std::move(name),
                            std::move(found->version), std::move(found->handler)};
}

void Orchestrator::make_execution(replay::Assignment assignment,
                                  const provider::OrchestrationItem& item) {
  assignment_ = std::make_shared<const replay::Assignment>(std::move(assignment));
  trace_id_ = trace_id_of(item);
  execution_ = std::make_unique<replay::Execution>(assignment_, services_);
}

model::Histogram* Orchestrator::turn_durations() const {
  return environment_->metrics != nullptr ? &environment_->metrics->turn_duration : nullptr;
}

void Orchestrator::drop_execution() {
  const model::LentThread lent(orchestration_code);  // to the destructors of what it holds
  const AtCode at_code(*this);
  execution_.reset();
  listener_.reset();
}

/// That of the execution, or else of none.
const replay::Assignment& Orchestrator::assigned() const {
  static const replay::Assignment none;
  return assignment_ ? *assignment_ : none;
}

LogRecord Orchestrator::record(LogLevel level, std::string message) const {
  LogRecord line;
  line.level = level;
  line.message = std::move(message);
  line.instance = instance_;
  line.execution_id = assigned().execution_id;
  line.orchestration = assigned().orchestration;
  line.version = assigned().version;
  line.trace_id = trace_id_;
  return line;
}

}  // namespace duroxide::runtime
