#include "postgres/turn_fetches.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "postgres/take_up.hpp"
#include "postgres/turn_items.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* fetching_turns = "fetch_orchestration_item";
constexpr const char* giving_back = "abandon_orchestration_item";
/// So many fencing numbers, and numbers of instances, are asked for when fewer are left than `low_numbers`.
constexpr std::int64_t numbers_at_once = 512;
constexpr std::size_t low_numbers = 128;
// Of a turn that goes ahead, as `lease_turns` has them for those it hands out.
constexpr std::size_t most_messages_ahead = 1024;
constexpr std::size_t most_bytes_ahead = most_bytes_of_turns;

/// Whether there may be more than the answer has: it takes no turn beyond a size.
bool may_be_cut(const Rows& rows, std::uint64_t most) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bytes += bytes_of_messages(rows.row(i));
  }
  return rows.size() >= most || bytes >= most_bytes_of_turns;
}

}  // namespace

TurnFetches::TurnFetches(Batches& batches, Leases& leases, Holders& holders, Residents& residents,
                         Results& results, LogSink log)
    : batches_(batches),
      leases_(leases),
      holders_(holders),
      residents_(residents),
      results_(results),
      log_(std::move(log)) {
  batches_.add(*this);
}

void TurnFetches::fetch(Asker asker, const provider::FetchOrchestrationItem& request,
                        FetchReply reply) {
  if (request.max_items == 0) {
    reply(failure(refused(fetching_turns, ProviderError::Kind::invalid_input, "max_items is 0")));
    return;
  }
  if (unknown_.asks(asker, TagFilter::any())) {
    bring_forward();
  }
  reserve_numbers();
  parked_.push_back({++newest_, asker, request.max_items, std::move(reply)});
  if (exhausted_[asker] != batches_.news_of_turns()) {
    batches_.look_first({true, false, false});
  }
}

void TurnFetches::bring_forward() {
  // What waits only as nobody had the code may be for the one who has come.
  Request request{"bring_forward"};
  request.calls.push_back({"bring_turns_forward", Parameters().number(batches_.context().process)});
  request.is_of_process = true;
  request.done = [](const Outcome& /*outcome*/) {};
  batches_.submit(std::move(request), {true, false, true});
}

void TurnFetches::join(Runner::Batch& batch) {
  if (!batches_.take_turns()) {
    return;
  }
  for (Parked& parked : parked_) {
    if (!parked.is_asked) {
      parked.is_asked = true;
      parked.news = batches_.news_of_turns();
      batch.push_back(fetch_request(parked));
    }
  }
}

Request TurnFetches::fetch_request(Parked& parked) {
  const CallContext context = batches_.context();
  Request request{fetching_turns};
  request.is_of_process = true;
  request.is_light = true;
  request.hands_out_turns = true;
  request.calls.push_back(
      {"fetch_turns",
       Parameters()
           .optional_number(context.now)
           .number(context.process)
           .number(holders_.number_of(parked.asker))
           .number(parked.max_items)
           .texts(unknown_.left_to_others(parked.asker, context.has_others, context.clock_now))});
  request.done = [this, id = parked.id](const Outcome& outcome) { fetched(id, outcome); };
  return request;
}

void TurnFetches::fetched(std::uint64_t id, const Outcome& outcome) {
  const auto parked = std::find_if(parked_.begin(), parked_.end(),
                                   [id](const Parked& each) { return each.id == id; });
  if (parked == parked_.end()) {
    return;  // it was released meanwhile, and what it was given with it
  }
  parked->is_asked = false;
  if (!outcome) {
    return;  // it goes on waiting: whatever comes up, and the poll, ask again
  }
  if (!may_be_cut(outcome->front(), parked->max_items)) {
    exhausted_[parked->asker] = parked->news;
  }
  if (outcome->front().empty()) {
    return;
  }
  hand_out(parked, outcome->front());
}

void TurnFetches::hand_out(std::deque<Parked>::iterator parked, const Rows& rows) {
  std::vector<provider::OrchestrationItem> items;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TurnLease lease;
    auto item = read_turn(rows.row(i), lease);
    lease.asker = parked->asker;
    lease.holder = holders_.number_of(parked->asker);
    if (!item) {
      set_damaged_aside(lease, rows.row(i).count(7), item.error().what);
      continue;
    }
    if (leases_.turns.contains(item->lock_token)) {
      give_back_twin(lease, item->lock_token);
      continue;
    }
    residents_.begin(lease.instance);
    leases_.turns.insert_or_assign(item->lock_token, std::move(lease));
    items.push_back(std::move(*item));
  }
  if (may_be_cut(rows, parked->max_items)) {
    batches_.look_first({true, false, false});  // there may be more, for others who wait
  }
  if (!items.empty()) {
    const auto reply = std::move(parked->reply);
    parked_.erase(parked);
    batches_.expect_ack();
    reply(std::move(items));
  }
}

void TurnFetches::set_damaged_aside(const TurnLease& lease, provider::LockToken token,
                                    const std::string& why) {
  if (log_) {
    LogRecord line;
    line.level = LogLevel::error;
    line.message = "the instance is damaged and put into quarantine: " + why;
    line.instance = lease.instance;
    log_(line);
  }
  batches_.submit(give_back(lease, token, "it is damaged: " + why));
}

void TurnFetches::give_back_twin(const TurnLease& lease, provider::LockToken token) {
  if (log_) {
    LogRecord line;
    line.level = LogLevel::error;
    line.message = "the database has given the fencing number " + std::to_string(token) +
                   " twice, so the turn is fetched again under another: somebody has set the "
                   "sequence `fences` back, or the database was restored from a copy";
    line.instance = lease.instance;
    log_(line);
  }
  batches_.submit(give_back(lease, token, std::nullopt), {true, false, false});
}

Request TurnFetches::give_back(const TurnLease& lease, provider::LockToken token,
                               const std::optional<std::string>& quarantine) {
  const CallContext context = batches_.context();
  Request request{giving_back};
  request.is_of_process = true;
  request.done = [](const Outcome& /*outcome*/) {};
  request.calls.push_back({"abandon_turn", Parameters()
                                               .optional_number(context.now)
                                               .number(context.process)
                                               .number(lease.number)
                                               .number(token)
                                               .number(0)
                                               .flag(true)
                                               .optional_text(std::nullopt)
                                               .optional_words(quarantine)});
  return request;
}

// --- turns that go ahead of their messages --------------------------------------------------------

void TurnFetches::reserve_numbers() {
  if (std::min(tokens_.size(), instance_numbers_.size()) >= low_numbers ||
      std::exchange(are_numbers_asked_for_, true)) {
    return;
  }
  Request request{"reserve_numbers"};
  request.is_light = true;
  request.calls.push_back({"reserve_numbers", Parameters().number(numbers_at_once)});
  request.done = [this](const Outcome& outcome) {
    are_numbers_asked_for_ = false;
    if (outcome) {
      for (const std::int64_t token : outcome->front().first().numbers(0)) {
        tokens_.push_back(static_cast<provider::LockToken>(token));
      }
      for (const std::int64_t number : outcome->front().first().numbers(1)) {
        instance_numbers_.push_back(number);
      }
    }
  };
  batches_.look(std::move(request));
}

bool TurnFetches::can_take(const Parked& parked) const {
  const auto exhausted = exhausted_.find(parked.asker);
  return exhausted != exhausted_.end() && exhausted->second == batches_.news_of_turns() &&
         parked.ahead.size() < parked.max_items && parked.bytes_ahead < most_bytes_ahead;
}

bool TurnFetches::go_ahead() {
  for (const auto& [instance, results] : results_.for_turns()) {
    const Resident* const resident = residents_.find(instance);
    if (resident == nullptr || resident->lease.execution != results.execution ||
        results.messages.size() > most_messages_ahead || results.bytes >= most_bytes_ahead) {
      continue;
    }
    const auto parked = std::find_if(parked_.begin(), parked_.end(), [&](const Parked& each) {
      return each.asker == resident->lease.asker && can_take(each);
    });
    if (parked != parked_.end() && !tokens_.empty()) {
      go_ahead(*resident, *parked, results);
    }
  }
  reserve_numbers();
  std::vector<Parked> answered;
  std::erase_if(parked_, [&](Parked& parked) {
    const bool has_some = !parked.ahead.empty();
    if (has_some) {
      answered.push_back(std::move(parked));
    }
    return has_some;
  });
  for (Parked& parked : answered) {
    parked.reply(std::move(parked.ahead));
  }
  return !answered.empty();
}

void TurnFetches::go_ahead(const Resident& resident, Parked& parked,
                           const ResultsForTurn& results) {
  TurnLease lease = resident.lease;
  const TurnAhead turn{lease.number, tokens_.front(), resident.last_token, lease.holder,
                       static_cast<std::int64_t>(results.messages.size())};
  tokens_.pop_front();
  provider::OrchestrationItem item;
  item.instance = lease.instance;
  item.orchestration_name = lease.orchestration;
  item.version = lease.version;
  item.execution_id = lease.execution;
  item.history_included = false;
  item.history_size = lease.event_count;
  item.messages = results.messages;
  item.lock_token = turn.token;
  // Their places are not known yet; `ack_turn` knows the first as -1.
  for (std::int64_t i = 1; i <= turn.messages; ++i) {
    lease.places.push_back(-i);
  }
  parked.ahead.push_back(std::move(item));
  parked.bytes_ahead += results.bytes;
  results_.go_ahead(lease.instance, turn);
  residents_.begin(lease.instance);
  leases_.turns.insert_or_assign(turn.token, std::move(lease));
}

std::optional<FirstTurnAhead> TurnFetches::go_ahead(const work::StartOrchestration& start) {
  const CallContext context = batches_.context();
  TurnLease lease;
  lease.instance = start.instance;
  lease.orchestration = start.orchestration;
  lease.code = code_of(start.orchestration, start.version);
  lease.places = {0};
  const auto parked = std::find_if(parked_.begin(), parked_.end(), [&](const Parked& each) {
    const auto left = unknown_.left_to_others(each.asker, context.has_others, context.clock_now);
    return can_take(each) && std::find(left.begin(), left.end(), lease.code) == left.end();
  });
  if (parked == parked_.end() || tokens_.empty() || instance_numbers_.empty() ||
      residents_.knows(start.instance)) {
    return std::nullopt;
  }
  lease.asker = parked->asker;
  lease.holder = holders_.number_of(parked->asker);
  lease.number = instance_numbers_.front();
  instance_numbers_.pop_front();
  const FirstTurnAhead turn{lease.number, new_incarnation(), lease.holder, tokens_.front()};
  tokens_.pop_front();
  lease.incarnation = static_cast<std::uint64_t>(turn.incarnation);
  provider::OrchestrationItem item;
  item.instance = lease.instance;
  item.orchestration_name = lease.orchestration;
  item.messages.emplace_back(start);
  item.lock_token = turn.token;
  parked->ahead.push_back(std::move(item));
  parked->bytes_ahead += start.input.size();
  residents_.begin(lease.instance);
  leases_.turns.insert_or_assign(turn.token, std::move(lease));
  return turn;
}

void TurnFetches::withdraw(provider::LockToken token, const std::string& instance) {
  if (leases_.turns.erase(token) != 0) {
    residents_.forget(instance);
  }
  batches_.look_for({true, false, false});
}

// --- the end --------------------------------------------------------------------------------------

void TurnFetches::release(Asker asker) {
  unknown_.leaves(asker);
  residents_.forget(asker);
  exhausted_.erase(asker);
  std::vector<FetchReply> ended;
  std::erase_if(parked_, [&](Parked& parked) {
    if (parked.asker == asker) {
      ended.push_back(std::move(parked.reply));
      return true;
    }
    return false;
  });
  for (const FetchReply& reply : ended) {
    reply(std::vector<provider::OrchestrationItem>{});
  }
}

void TurnFetches::refuse_parked(const ProviderError& error) {
  for (Parked& parked : std::exchange(parked_, {})) {
    ProviderError told = error;
    told.operation = fetching_turns;
    parked.reply(failure(std::move(told)));
  }
}

}  // namespace duroxide::postgres
