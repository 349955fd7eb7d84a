// What others ask of the code, and what the code waits for because of it.

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "model/error_size.hpp"
#include "model/exceptions.hpp"
#include "model/limits.hpp"
#include "replay/execution_core.hpp"
#include "replay/pure_code.hpp"
#include "replay/running.hpp"
#include "replay/step_arguments.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

using replay::require;

ExecutionCore::Asking& ExecutionCore::asking() {
  if (!asking_) {
    asking_ = std::make_unique<Asking>();
  }
  return *asking_;
}

void ExecutionCore::forget_handlers() {
  if (asking_) {
    asking_->update_handlers.clear();
    asking_->query_handlers.clear();
  }
}

// --- updates --------------------------------------------------------------------------------------

void ExecutionCore::on_update(std::string_view name, UpdateHandler handler) {
  require_no_pure_code();
  require(model::check_name("update name", name));
  asking().update_handlers.insert_or_assign(
      std::string(name), std::make_shared<const UpdateHandler>(std::move(handler)));
}

std::shared_ptr<const UpdateHandler> ExecutionCore::find_update_handler(
    std::string_view name) const {
  if (!asking_) {
    return nullptr;
  }
  const auto found = asking_->update_handlers.find(name);
  return found == asking_->update_handlers.end() ? nullptr : found->second;
}

/// A message has brought it. What the validator refuses becomes no event.
void ExecutionCore::arrive_update(const work::UpdateRequest& update) {
  const model::Updates& updates = state_.updates();
  if (updates.knows(update.id)) {
    if (const auto* answered = updates.answer_to(update.id)) {
      tell_answer(*answered);
    }
    return;
  }
  if (const auto handler = find_update_handler(update.name)) {
    if (auto refusal = refusal_of(*handler, update.name, update.input)) {
      result().updates.push_back({update.id, {}, std::move(refusal), true});
      return;
    }
    asking().accepted_update = update.id;
  }
  deliver(append(event::UpdateReceived{update.id, update.name, update.input}, 0));
}

/// Whether the code stands at its awaits and may go on from there.
bool ExecutionCore::is_code_waiting() const {
  return !failure_ && !finished_ && !root_done_ && !next_execution_;
}

/// The oldest of those that the code has a handler for. False if there is none.
bool ExecutionCore::handle_next_update() {
  if (!is_code_waiting()) {
    return false;
  }
  for (const event::UpdateReceived& waiting : state_.updates().waiting()) {
    if (const auto handler = find_update_handler(waiting.name)) {
      // A copy: the answer ends the wait.
      handle_update(handler, event::UpdateReceived(waiting));
      return true;
    }
  }
  return false;
}

void ExecutionCore::handle_update(const std::shared_ptr<const UpdateHandler>& handler,
                                  const event::UpdateReceived& update) {
  event::UpdateAnswered answered;
  answered.id = update.id;
  const bool was_accepted =
      std::exchange(asking().accepted_update, {}) == update.id || has_passed_here();
  if (is_recorded_as_refused(update.id)) {
    answered.refused = true;
  } else if (auto refusal =
                 was_accepted ? std::nullopt : refusal_of(*handler, update.name, update.input)) {
    answered.error = std::move(refusal);
    answered.refused = true;
  } else {
    call_handler(*handler, update, answered);
  }
  answered = record(std::move(answered));
  if (!failure_ && !replaying_) {
    tell_answer(answered);
  }
}

void ExecutionCore::call_handler(const UpdateHandler& handler, const event::UpdateReceived& update,
                                 event::UpdateAnswered& answered) {
  in_update_ = true;
  try {
    answered.output = handler.handle(update.input);
    require(model::check_payload("answer to the update `" + update.name + "`", answered.output));
  } catch (...) {
    answered.output = Payload();
    answered.error =
        model::details_of(std::current_exception(), ErrorKind::orchestration_failed, update.name);
    model::limit_size(*answered.error);
  }
  in_update_ = false;
}

/// Why the update is not accepted; none if it is.
std::optional<ErrorDetails> ExecutionCore::refusal_of(const UpdateHandler& handler,
                                                      std::string_view name, const Payload& input) {
  const InPureCode within(*this, PureCode::validator);
  try {
    handler.check(input);
    return std::nullopt;
  } catch (...) {
    ErrorDetails refusal = model::details_of(std::current_exception(),
                                             ErrorKind::orchestration_failed, std::string(name));
    model::limit_size(refusal);
    return refusal;
  }
}

/// Replay asks no validator: what it said is in the history, or was never recorded.
bool ExecutionCore::is_recorded_as_refused(const std::string& id) const {
  if (history_ == nullptr || cursor_ == history_->size()) {
    return false;
  }
  const auto* next = std::get_if<event::UpdateAnswered>(&(*history_)[cursor_].kind);
  return next != nullptr && next->id == id && next->refused;
}

void ExecutionCore::tell_answer(const event::UpdateAnswered& answered) {
  result().updates.push_back({answered.id, answered.output, answered.error, answered.refused});
}

/// Those that the code had no handler for: whoever has asked waits still.
void ExecutionCore::ask_again_in_next_execution() {
  for (const event::UpdateReceived& update : state_.updates().waiting()) {
    result().messages.push_back(
        work::UpdateRequest{assignment_.instance, update.id, update.name, update.input});
  }
}

// --- queries --------------------------------------------------------------------------------------

void ExecutionCore::on_query(std::string_view name,
                             std::function<std::string(const Payload&)> handler) {
  require_no_pure_code();
  require(model::check_name("query name", name));
  asking().query_handlers.insert_or_assign(std::string(name), std::move(handler));
}

/// None if the code is not there any more to ask.
std::optional<replay::UpdateAnswer> ExecutionCore::answer(const provider::Question& question) {
  replay::UpdateAnswer answered;
  answered.id = question.id;
  if (failure_) {
    answered.error = *failure_;
    return answered;
  }
  if (!is_code_waiting() || !root_) {
    return std::nullopt;
  }
  const auto found = asking().query_handlers.find(question.name);
  if (found == asking().query_handlers.end()) {
    answered.error = no_such_query(question.name);
    return answered;
  }
  const RunsHere here(*this);
  const InPureCode within(*this, PureCode::query);
  try {
    answered.output = found->second(question.input);
    require(model::check_payload("answer to the query `" + question.name + "`", answered.output));
  } catch (...) {
    answered.output = Payload();
    answered.error =
        model::details_of(std::current_exception(), ErrorKind::orchestration_failed, question.name);
    model::limit_size(*answered.error);
  }
  if (failure_) {
    answered.output = Payload();
    answered.error = *failure_;
  }
  return answered;
}

ErrorDetails ExecutionCore::no_such_query(const std::string& name) const {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::invalid_input;
  details.subject = name;
  details.message = "the instance " + assignment_.instance + " (" + assignment_.orchestration +
                    ") has registered no query `" + name + "`";
  std::string_view between = "; it has ";
  for (const auto& [each, handler] : asking_->query_handlers) {
    details.message.append(between).append("`" + each + "`");
    between = ", ";
  }
  return details;
}

// --- waiting for something to become true ---------------------------------------------------------

std::shared_ptr<Slot> ExecutionCore::wait_until(std::function<bool()> holds) {
  require_no_pure_code();
  require_awaitable("wait until something holds");
  auto slot = std::make_shared<Slot>();
  slot->kind = model::place_of<event::UpdateReceived>();  // no step: it stands in no history
  slot->name = "wait_until";
  if (failure_) {
    return slot;  // the code runs on to this await, and stays there
  }
  slot->core = this;
  slot->is_condition = true;
  const auto condition = std::make_shared<const Condition>(Condition{slot, std::move(holds)});
  if (!is_met(*condition)) {
    asking().conditions.push_back(condition);
  }
  return slot;
}

bool ExecutionCore::is_met(const Condition& condition) {
  const InPureCode within(*this, PureCode::condition);
  try {
    if (!condition.holds()) {
      return false;
    }
    complete(*condition.slot, Payload());
  } catch (...) {
    complete(*condition.slot,
             failure(model::details_of(std::current_exception(), ErrorKind::orchestration_failed,
                                       condition.slot->name)));
  }
  condition.slot->core = nullptr;  // the future may outlive this
  return true;
}

/// False if nothing that the code waits for has become true.
bool ExecutionCore::meet_conditions() {
  if (!asking_ || asking_->conditions.empty() || !is_code_waiting()) {
    return false;
  }
  bool any = false;
  auto& conditions = asking_->conditions;
  // A copy: whoever is told may give another up.
  for (const auto& condition : std::vector(conditions)) {
    const bool is_asked =
        std::find(conditions.begin(), conditions.end(), condition) != conditions.end();
    if (is_asked && is_met(*condition)) {
      std::erase(conditions, condition);
      any = true;
    }
  }
  return any;
}

void ExecutionCore::forget_condition(const Slot& slot) {
  if (asking_) {
    std::erase_if(asking_->conditions, [&](const auto& each) { return each->slot.get() == &slot; });
  }
}

}  // namespace duroxide::DUROXIDE_ABI::detail
