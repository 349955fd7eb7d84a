#include "postgres/results.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "postgres/ack_checks.hpp"
#include "postgres/message_row.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* acking_result = "ack_worker";
/// Of one call: what goes wrong with one result refuses all of them.
constexpr std::size_t most_results = 256;
constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024;

}  // namespace

ProviderError work_is_over(const char* operation) {
  return refused(operation, ProviderError::Kind::invalid_lock_token,
                 "the lease is over, or the activity was cancelled");
}

void Results::add(const provider::AckWorker& ack, Reply<void> reply) {
  const auto found = leases_.work.find(ack.lock_token);
  const bool is_told_already =
      std::any_of(gathered_.begin(), gathered_.end(),
                  [&](const Gathered& each) { return each.token == ack.lock_token; });
  if (found == leases_.work.end() || is_told_already) {
    cancelled_.forget(ack.lock_token);
    reply(failure(work_is_over(acking_result)));
    return;
  }
  Gathered result{ack.lock_token, found->second, 0, 0, std::nullopt, std::move(reply)};
  if (ack.completion) {
    check_completion(*ack.completion);
    MessageRow row = row_of(*ack.completion);
    result.kind = row.kind;
    result.keeps = row.keeps;
    if (target_instance(*ack.completion) == result.lease.instance &&
        row.of_execution == result.lease.execution) {
      result.item = std::move(row.item);
    }
  }
  gathered_.push_back(std::move(result));
}

void Results::bring(Runner::Batch& batch, std::int64_t process) {
  std::vector<Gathered> next;
  std::size_t bytes = 0;
  for (Gathered& each : std::exchange(gathered_, {})) {
    bytes += each.item ? each.item->size() : 0;
    next.push_back(std::move(each));
    if (next.size() >= most_results || bytes >= most_bytes) {
      batch.push_back(end(std::exchange(next, {}), process));
      bytes = 0;
    }
  }
  if (!next.empty()) {
    batch.push_back(end(std::move(next), process));
  }
}

Request Results::end(std::vector<Gathered> results, std::int64_t process) {
  Request request{acking_result};
  request.is_of_process = true;
  request.is_repeatable = true;
  request.can_wait = true;
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> numbers;
  std::vector<std::int64_t> executions;
  std::vector<std::int64_t> events;
  std::vector<std::int64_t> kinds;
  std::vector<std::int64_t> keeps;
  std::vector<std::optional<std::string>> items;
  for (Gathered& each : results) {
    tokens.push_back(static_cast<std::int64_t>(each.token));
    numbers.push_back(each.lease.number);
    executions.push_back(each.lease.execution);
    events.push_back(each.lease.event);
    kinds.push_back(each.kind);
    keeps.push_back(each.keeps);
    items.push_back(std::exchange(each.item, std::nullopt));
    request.changes.push_back(each.lease.instance);
  }
  request.calls.push_back({"ack_work", Parameters()
                                           .number(process)
                                           .numbers(tokens)
                                           .numbers(numbers)
                                           .numbers(executions)
                                           .numbers(events)
                                           .numbers(kinds)
                                           .numbers(keeps)
                                           .byte_strings(items)});
  request.done = [this, kept = std::make_shared<const std::vector<Gathered>>(std::move(results))](
                     const Outcome& outcome) { ended(*kept, outcome); };
  return request;
}

void Results::ended(const std::vector<Gathered>& results, const Outcome& outcome) {
  if (!outcome) {
    for (const Gathered& each : results) {
      each.reply(failure(outcome.error()));
    }
    return;
  }
  const auto accepted = outcome->front().first().numbers(0);
  for (const Gathered& each : results) {
    leases_.work.erase(each.token);
    if (std::find(accepted.begin(), accepted.end(), static_cast<std::int64_t>(each.token)) !=
        accepted.end()) {
      each.reply({});
    } else {
      cancelled_.forget(each.token);
      each.reply(failure(work_is_over(acking_result)));
    }
  }
}

}  // namespace duroxide::postgres
