#include "postgres/turns.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "postgres/ack_calls.hpp"
#include "postgres/turn_items.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* fetching_turns = "fetch_orchestration_item";
constexpr const char* acking_turn = "ack_orchestration_item";
constexpr const char* abandoning_turn = "abandon_orchestration_item";

// What `ack_turn` answers, see ack_turn.sql.
constexpr std::int64_t code_acked = 0;
constexpr std::int64_t code_failed_children = 2;
/// So often children are looked at that are not as they were seen by the time the ack is made.
constexpr int most_looks = 8;

ProviderError turn_is_over(const char* operation) {
  return refused(operation, ProviderError::Kind::invalid_lock_token, "the lease is over");
}

std::optional<std::size_t> place_of(const std::string& name, const std::vector<Call>& calls) {
  const auto found = std::find_if(calls.begin(), calls.end(),
                                  [&name](const Call& call) { return call.name == name; });
  return found == calls.end() ? std::nullopt : std::optional<std::size_t>(found - calls.begin());
}

/// The fencing numbers of the activities that are handed out, by their events.
std::map<std::uint64_t, provider::LockToken> tokens_of_work(const Rows& answer) {
  const auto events = answer.first().numbers(0);
  const auto tokens = answer.first().numbers(1);
  std::map<std::uint64_t, provider::LockToken> found;
  for (std::size_t i = 0; i < events.size(); ++i) {
    found.emplace(events[i], tokens.at(i));
  }
  return found;
}

bool has_timeout(const WorkItem& item) {
  const auto* start = std::get_if<work::StartOrchestration>(&item);
  return start != nullptr && start->timeout_ms.has_value();
}

/// Whether others may wait for what this ack brings about.
bool is_worth_telling(const provider::AckOrchestrationItem& ack, const TurnLease& lease) {
  return ack.metadata.status != ExecutionStatus::running || lease.event_count == 0 ||
         ack.custom_status || !ack.values.empty() || !ack.updates.empty();
}

}  // namespace

Turns::Turns(Batches& batches, Leases& leases, Holders& holders, Waiting& waiting,
             CancelledLeases& cancelled, WorkFetches& work, LookAside look_aside, LogSink log)
    : batches_(batches),
      leases_(leases),
      holders_(holders),
      waiting_(waiting),
      cancelled_(cancelled),
      work_(work),
      look_aside_(std::move(look_aside)),
      log_(std::move(log)) {
  batches_.add(*this);
}

bool Turns::may_bring_timers(const Acking& acking, const PromisedWork& work) {
  const provider::AckOrchestrationItem& ack = *acking.ack;
  return acking.children || !ack.timers.empty() ||
         std::any_of(work.items.begin(), work.items.end(),
                     [](const auto& item) { return item.start_due.has_value(); }) ||
         std::any_of(ack.orchestrator_items.begin(), ack.orchestrator_items.end(), has_timeout);
}

// --- fetches --------------------------------------------------------------------------------------

void Turns::fetch(Asker asker, const provider::FetchOrchestrationItem& request, FetchReply reply) {
  if (request.max_items == 0) {
    reply(failure(refused(fetching_turns, ProviderError::Kind::invalid_input, "max_items is 0")));
    return;
  }
  if (unknown_.asks(asker, TagFilter::any())) {
    bring_forward();
  }
  parked_.push_back({++newest_, asker, request.max_items, std::move(reply)});
  if (exhausted_[asker] != batches_.news_of_turns()) {
    batches_.look_first({true, false, false});
  }
}

void Turns::bring_forward() {
  // What waits only as nobody had the code may be for the one who has come.
  Request request{"bring_forward"};
  request.calls.push_back({"bring_turns_forward", Parameters().number(batches_.context().process)});
  request.is_of_process = true;
  request.done = [](const Outcome& /*outcome*/) {};
  batches_.submit(std::move(request), {true, false, true});
}

void Turns::join(Runner::Batch& batch) {
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

Request Turns::fetch_request(Parked& parked) {
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

void Turns::fetched(std::uint64_t id, const Outcome& outcome) {
  const auto parked = std::find_if(parked_.begin(), parked_.end(),
                                   [id](const Parked& each) { return each.id == id; });
  if (parked == parked_.end()) {
    return;  // it was released meanwhile, and what it was given with it
  }
  parked->is_asked = false;
  if (!outcome) {
    return;  // it goes on waiting: whatever comes up, and the poll, ask again
  }
  if (outcome->front().size() < parked->max_items) {
    exhausted_[parked->asker] = parked->news;
  }
  if (outcome->front().empty()) {
    return;
  }
  hand_out(parked, outcome->front());
}

void Turns::hand_out(std::deque<Parked>::iterator parked, const Rows& rows) {
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
    leases_.turns.insert_or_assign(item->lock_token, std::move(lease));
    items.push_back(std::move(*item));
  }
  if (rows.size() >= parked->max_items) {
    batches_.look_first({true, false, false});  // there may be more, for others who wait
  }
  if (!items.empty()) {
    const auto reply = std::move(parked->reply);
    parked_.erase(parked);
    batches_.expect_ack();
    reply(std::move(items));
  }
}

void Turns::set_damaged_aside(const TurnLease& lease, provider::LockToken token,
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

void Turns::give_back_twin(const TurnLease& lease, provider::LockToken token) {
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

Request Turns::give_back(const TurnLease& lease, provider::LockToken token,
                         const std::optional<std::string>& quarantine) {
  const CallContext context = batches_.context();
  Request request{abandoning_turn};
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

// --- ends -----------------------------------------------------------------------------------------

void Turns::ack(const provider::AckOrchestrationItem& ack, Reply<void> reply) {
  const auto found = leases_.turns.find(ack.lock_token);
  if (found == leases_.turns.end() || found->second.is_being_acked) {
    reply(failure(turn_is_over(acking_turn)));
    return;
  }
  or_refuse<void>(acking_turn, reply, [&] {
    make({std::make_shared<const provider::AckOrchestrationItem>(ack), reply, nullptr},
         found->second);
  });
}

void Turns::make(const Acking& acking, TurnLease& lease) {
  const provider::AckOrchestrationItem& ack = *acking.ack;
  const CallContext context = batches_.context();
  Request request{acking_turn};
  auto work = work_.promise(work_of(ack, lease, context));
  try {
    request.calls = ack_calls(ack, lease, context, work, acking.children.get());
  } catch (const Refusal&) {
    work_.take_back(work);
    throw;
  }
  request.is_repeatable = true;
  request.is_of_process = true;
  request.changes.push_back(lease.instance);
  waiting_.touch(lease.instance, ack, lease.event_count == 0);
  if (is_worth_telling(ack, lease)) {
    batches_.announce(lease.instance);
  }
  for (const WorkItem& item : ack.orchestrator_items) {
    request.changes.push_back(target_instance(item));
    if (const auto* start = std::get_if<work::StartOrchestration>(&item)) {
      waiting_.touch(start->instance);
      batches_.announce(start->instance);
    }
  }
  if (acking.children) {
    for (const std::string& touched : acking.children->touched) {
      request.changes.push_back(touched);
      waiting_.touch(touched);
      batches_.announce(touched);
    }
  }
  const Brings brings{true, acking.children || work.leaves_some(), may_bring_timers(acking, work)};
  request.done = [this, acking, lease, work = std::move(work),
                  work_at = place_of(adding_work, request.calls)](const Outcome& outcome) {
    if (!outcome) {
      work_.take_back(work);
      give_up(acking, outcome.error());
    } else {
      answered(acking, lease, work, work_at, *outcome);
    }
  };
  lease.is_being_acked = true;
  batches_.submit(std::move(request), brings);
}

void Turns::answered(const Acking& acking, const TurnLease& lease, const PromisedWork& work,
                     std::optional<std::size_t> work_at, const Answers& answers) {
  const Rows& answer = answers.at(acking.children ? 1 : 0);
  const std::int64_t code = answer.first().number(0);
  if (code == code_acked) {
    acked(*acking.ack, lease, answer);
    if (work_at) {
      work_.keep(work, lease, tokens_of_work(answers.at(*work_at)));
    }
    acking.reply({});
    return;
  }
  work_.take_back(work);
  if (code == code_failed_children) {
    look_at_failed_children(acking, lease);
  } else {
    leases_.turns.erase(acking.ack->lock_token);
    acking.reply(failure(turn_is_over(acking_turn)));
  }
}

void Turns::give_up(const Acking& acking, ProviderError why) {
  if (const auto still = leases_.turns.find(acking.ack->lock_token); still != leases_.turns.end()) {
    still->second.is_being_acked = false;
  }
  why.operation = acking_turn;
  acking.reply(failure(std::move(why)));
}

void Turns::look_at_failed_children(Acking acking, const TurnLease& lease) {
  if (++acking.looks > most_looks) {
    give_up(acking, {ProviderError::Kind::storage,
                     {},
                     "a child that the turn starts once more has changed each time before that "
                     "was done; try again",
                     true});
    return;
  }
  using Looked = Result<ChildrenAgain, ProviderError>;
  const auto token = acking.ack->lock_token;
  const auto looked = std::make_shared<Looked>(ChildrenAgain());
  auto look = [looked, ack = acking.ack, lease, context = batches_.context(),
               log = log_](Database& database) {
    try {
      *looked = look_at_children(*ack, lease, Bench{database, context, log});
    } catch (const Refusal& refused) {
      *looked = failure(refused.told_for(acking_turn));
    }
  };
  looking_.insert_or_assign(token, std::move(acking));
  look_aside_(std::move(look), [this, token, looked] { make_again(token, *looked); });
}

void Turns::make_again(provider::LockToken token,
                       const Result<ChildrenAgain, ProviderError>& looked) {
  auto entry = looking_.extract(token);
  if (entry.empty()) {
    return;  // the store is closed
  }
  Acking acking = std::move(entry.mapped());
  const auto found = leases_.turns.find(token);
  if (found == leases_.turns.end()) {
    acking.reply(failure(turn_is_over(acking_turn)));
    return;
  }
  if (!looked) {
    give_up(acking, looked.error());
    return;
  }
  acking.children = std::make_shared<const ChildrenAgain>(*looked);
  make(acking, found->second);
}

void Turns::acked(const provider::AckOrchestrationItem& ack, const TurnLease& lease,
                  const Rows& answer) {
  const Rows::Row row = answer.first();
  const auto tokens = row.numbers(2);
  for (const auto number : tokens) {
    const auto token = static_cast<provider::LockToken>(number);
    const auto work = leases_.work.find(token);
    if (work != leases_.work.end()) {
      cancelled_.add(work->second.asker, token);
      leases_.work.erase(work);
    }
  }
  leases_.turns.erase(ack.lock_token);
  for (const provider::UpdateAnswer& update : ack.updates) {
    waiting_.answer(lease.instance, update);
  }
  if (row.flag(1) && ack.metadata.status == ExecutionStatus::continued_as_new) {
    waiting_.begun(lease.instance);
  }
  cancelled_.tell();
}

void Turns::abandon(const provider::AbandonOrchestrationItem& abandon, const Reply<void>& reply) {
  const auto found = leases_.turns.find(abandon.lock_token);
  if (found == leases_.turns.end()) {
    reply(failure(turn_is_over(abandoning_turn)));
    return;
  }
  const TurnLease& lease = found->second;
  const CallContext context = batches_.context();
  Milliseconds delay = abandon.delay;
  if (abandon.unregistered && !abandon.quarantine) {
    unknown_.add(lease.asker, lease.code, saturating_add(context.clock_now, abandon.delay));
    if (unknown_.another_may_know(lease.code) || context.has_others) {
      delay = Milliseconds::zero();
    }
  }
  Request request{abandoning_turn};
  request.is_of_process = true;
  request.calls.push_back({"abandon_turn", Parameters()
                                               .optional_number(context.now)
                                               .number(context.process)
                                               .number(lease.number)
                                               .number(abandon.lock_token)
                                               .number(delay.count())
                                               .flag(abandon.ignore_attempt)
                                               .optional_words(abandon.waiting_for)
                                               .optional_words(abandon.quarantine)});
  request.done = [this, reply, token = abandon.lock_token](const Outcome& outcome) {
    if (!outcome) {
      reply(failure(outcome.error()));
      return;
    }
    leases_.turns.erase(token);
    if (outcome->front().first().number(0) != 0) {
      reply(failure(turn_is_over(abandoning_turn)));
    } else {
      reply({});
    }
  };
  batches_.submit(std::move(request), {true, false, true});
}

void Turns::release_resident(Asker asker, const std::string& instance) {
  if (!holders_.is_known(asker)) {
    return;
  }
  Request request{"release_instance"};
  request.is_of_process = true;
  request.done = [](const Outcome& /*outcome*/) {};
  request.calls.push_back({"release_resident", Parameters()
                                                   .number(batches_.context().process)
                                                   .number(holders_.number_of(asker))
                                                   .text(instance)});
  batches_.submit(std::move(request));
}

void Turns::release(Asker asker) {
  unknown_.leaves(asker);
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

void Turns::refuse_parked(const ProviderError& error) {
  for (Parked& parked : std::exchange(parked_, {})) {
    ProviderError told = error;
    told.operation = fetching_turns;
    parked.reply(failure(std::move(told)));
  }
  for (auto& [token, acking] : std::exchange(looking_, {})) {
    give_up(acking, error);
  }
}

}  // namespace duroxide::postgres
