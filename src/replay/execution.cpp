#include "replay/execution.hpp"

#include <utility>

#include "replay/execution_core.hpp"

namespace duroxide::replay {

Execution::Execution(Assignment assignment, TurnServices services)
    : Execution(std::make_shared<const Assignment>(std::move(assignment)),
                std::make_shared<const TurnServices>(std::move(services))) {}

Execution::Execution(std::shared_ptr<const Assignment> assignment,
                     std::shared_ptr<const TurnServices> services)
    : core_(std::make_unique<detail::ExecutionCore>(std::move(assignment), std::move(services))) {}

Execution::~Execution() = default;

void Execution::replay(const std::vector<Event>& history, bool has_ended_there) {
  core_->replay(history, has_ended_there);
}

TurnResult Execution::run(const std::vector<WorkItem>& messages) {
  return core_->run(messages);
}

std::optional<UpdateAnswer> Execution::answer(const provider::Question& question) {
  return core_->answer(question);
}

bool Execution::has_failed() const {
  return core_->has_failed();
}

TurnResult Execution::fail(const std::vector<Event>& history, const std::vector<WorkItem>& messages,
                           ErrorDetails details) {
  return core_->fail(history, messages, std::move(details));
}

std::uint64_t Execution::history_size() const {
  return core_->history_size();
}

InterceptedExecution Execution::intercepted() const {
  return core_->intercepted();
}

bool Execution::is_wanted() const {
  return core_->is_wanted();
}

}  // namespace duroxide::replay
