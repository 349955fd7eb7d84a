#include "postgres/change.hpp"

namespace duroxide::postgres {

void Change::sees(const InstanceRow& instance, Detail detail) {
  const auto number_if = [](bool matters, std::int64_t number) {
    return matters ? std::optional(number) : std::nullopt;
  };
  const bool with_history = detail == Detail::history;
  numbers_.push_back(instance.number);
  incarnations_.push_back(instance.incarnation);
  executions_.push_back(number_if(with_history, static_cast<std::int64_t>(instance.execution)));
  statuses_.push_back(
      number_if(detail != Detail::itself, static_cast<std::int64_t>(instance.status)));
  event_counts_.push_back(number_if(with_history, static_cast<std::int64_t>(instance.event_count)));
  if (instance.status == ExecutionStatus::running) {
    running_.push_back(instance.number);
  }
}

void Change::dooms(const InstanceRow& instance) {
  doomed_.push_back(instance.number);
}

std::size_t Change::add(Call call) {
  calls_.push_back(std::move(call));
  return calls_.size() - 1;
}

std::vector<Call> Change::take_calls() {
  Parameters parameters;
  parameters.numbers(numbers_)
      .numbers(incarnations_)
      .numbers(executions_)
      .numbers(statuses_)
      .numbers(event_counts_)
      .numbers(doomed_)
      .texts(free_);
  calls_.front() = {"begin_change", std::move(parameters)};
  return std::move(calls_);
}

}  // namespace duroxide::postgres
