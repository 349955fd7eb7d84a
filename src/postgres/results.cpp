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
  Gathered result;
  result.token = ack.lock_token;
  result.lease = found->second;
  result.reply = std::move(reply);
  if (ack.completion) {
    check_completion(*ack.completion);
    MessageRow row = row_of(*ack.completion);
    result.kind = row.kind;
    result.keeps = row.keeps;
    if (target_instance(*ack.completion) == result.lease.instance &&
        row.of_execution == result.lease.execution) {
      result.item = std::move(row.item);
      result.message = *ack.completion;
    }
  }
  gathered_.push_back(std::move(result));
}

std::map<std::string, ResultsForTurn> Results::for_turns() const {
  std::map<std::string, ResultsForTurn> found;
  for (const Gathered& each : gathered_) {
    if (each.message && !each.turn) {
      ResultsForTurn& results = found[each.lease.instance];
      results.execution = static_cast<std::uint64_t>(each.lease.execution);
      results.messages.push_back(*each.message);
      results.bytes += each.item ? each.item->size() : 0;
    }
  }
  return found;
}

void Results::go_ahead(const std::string& instance, const TurnAhead& turn) {
  for (Gathered& each : gathered_) {
    if (each.message && !each.turn && each.lease.instance == instance) {
      each.turn = turn;
    }
  }
}

void Results::bring(Runner::Batch& batch, std::int64_t process) {
  // What a turn has is in one call: it is leased with all of it, or not at all.
  const auto turn_of = [](const Gathered& each) { return each.turn ? each.turn->token : 0; };
  std::stable_sort(gathered_.begin(), gathered_.end(),
                   [&](const Gathered& a, const Gathered& b) { return turn_of(a) < turn_of(b); });
  std::vector<Gathered> next;
  std::size_t bytes = 0;
  for (Gathered& each : std::exchange(gathered_, {})) {
    const bool goes_on = each.turn && !next.empty() && turn_of(next.back()) == turn_of(each);
    if (!goes_on && (next.size() >= most_results || bytes >= most_bytes)) {
      batch.push_back(end(std::exchange(next, {}), process));
      bytes = 0;
    }
    if (each.message && !each.turn) {
      batches_.note({true, false, false});
    }
    bytes += each.item ? each.item->size() : 0;
    next.push_back(std::move(each));
  }
  if (!next.empty()) {
    batch.push_back(end(std::move(next), process));
  }
}

Request Results::end(std::vector<Gathered> results, std::int64_t process) {
  Request request{acking_result};
  request.is_of_process = true;
  request.is_repeatable = true;
  request.can_wait = std::none_of(results.begin(), results.end(),
                                  [](const Gathered& each) { return each.turn.has_value(); });
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> numbers;
  std::vector<std::int64_t> executions;
  std::vector<std::int64_t> events;
  std::vector<std::int64_t> kinds;
  std::vector<std::int64_t> keeps;
  std::vector<std::optional<std::string>> items;
  std::map<std::int64_t, TurnAhead> turns;  // by the instance
  for (Gathered& each : results) {
    tokens.push_back(static_cast<std::int64_t>(each.token));
    numbers.push_back(each.lease.number);
    executions.push_back(each.lease.execution);
    events.push_back(each.lease.event);
    kinds.push_back(each.kind);
    keeps.push_back(each.keeps);
    items.push_back(std::exchange(each.item, std::nullopt));
    request.changes.push_back(each.lease.instance);
    if (each.turn) {
      turns.emplace(each.turn->number, *each.turn);
    }
  }
  std::vector<std::int64_t> ahead;
  std::vector<std::int64_t> turn_tokens;
  std::vector<std::int64_t> last_tokens;
  std::vector<std::int64_t> holders;
  std::vector<std::int64_t> counts;
  for (const auto& [number, turn] : turns) {
    ahead.push_back(number);
    turn_tokens.push_back(static_cast<std::int64_t>(turn.token));
    last_tokens.push_back(static_cast<std::int64_t>(turn.last_token));
    holders.push_back(turn.holder);
    counts.push_back(turn.messages);
  }
  request.calls.push_back({"ack_work", Parameters()
                                           .number(process)
                                           .numbers(tokens)
                                           .numbers(numbers)
                                           .numbers(executions)
                                           .numbers(events)
                                           .numbers(kinds)
                                           .numbers(keeps)
                                           .byte_strings(items)
                                           .numbers(ahead)
                                           .numbers(turn_tokens)
                                           .numbers(last_tokens)
                                           .numbers(holders)
                                           .numbers(counts)});
  request.done = [this, kept = std::make_shared<const std::vector<Gathered>>(std::move(results))](
                     const Outcome& outcome) { ended(*kept, outcome); };
  return request;
}

void Results::ended(const std::vector<Gathered>& results, const Outcome& outcome) {
  if (!outcome) {
    for (const Gathered& each : results) {
      if (each.turn) {
        withdraw(*each.turn);
      }
      each.reply(failure(outcome.error()));
    }
    return;
  }
  const auto accepted = outcome->front().first().numbers(0);
  const auto leased = outcome->front().first().numbers(1);
  for (const Gathered& each : results) {
    if (each.turn && std::find(leased.begin(), leased.end(), each.turn->number) == leased.end()) {
      withdraw(*each.turn);
    }
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

void Results::withdraw(const TurnAhead& turn) {
  leases_.turns.erase(turn.token);
  batches_.look_for({true, false, false});
}

}  // namespace duroxide::postgres
