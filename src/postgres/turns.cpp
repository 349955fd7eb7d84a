#include "postgres/turns.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "postgres/ack_calls.hpp"

namespace duroxide::postgres {

namespace {

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

/// Whether there may be something for turns once the ack is accepted, of which its answer does not tell.
bool may_bring_turns(const provider::AckOrchestrationItem& ack, const ChildrenAgain* children) {
  return !ack.orchestrator_items.empty() || children != nullptr;
}

/// Whether others may wait for what this ack brings about.
bool is_worth_telling(const provider::AckOrchestrationItem& ack, const TurnLease& lease) {
  return ack.metadata.status != ExecutionStatus::running || lease.event_count == 0 ||
         ack.custom_status || !ack.values.empty() || !ack.updates.empty();
}

}  // namespace

Turns::Turns(Batches& batches, Leases& leases, Holders& holders, Waiting& waiting,
             CancelledLeases& cancelled, Residents& residents, TurnFetches& fetches,
             WorkFetches& work, LookAside look_aside, LogSink log)
    : batches_(batches),
      leases_(leases),
      holders_(holders),
      waiting_(waiting),
      cancelled_(cancelled),
      residents_(residents),
      fetches_(fetches),
      work_(work),
      look_aside_(std::move(look_aside)),
      log_(std::move(log)) {}

bool Turns::may_bring_timers(const Acking& acking, const PromisedWork& work) {
  const provider::AckOrchestrationItem& ack = *acking.ack;
  return acking.children || !ack.timers.empty() ||
         std::any_of(work.items.begin(), work.items.end(),
                     [](const auto& item) { return item.start_due.has_value(); }) ||
         std::any_of(ack.orchestrator_items.begin(), ack.orchestrator_items.end(), has_timeout);
}

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
  const Brings brings{may_bring_turns(ack, acking.children.get()),
                      acking.children || work.leaves_some(), may_bring_timers(acking, work)};
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
    residents_.forget(lease.instance);
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
  residents_.end(ack, lease);
  if (row.flag(4)) {
    batches_.look_for({true, false, false});
  }
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
    fetches_.note_unknown(lease.asker, lease.code,
                          saturating_add(context.clock_now, abandon.delay));
    if (fetches_.another_may_know(lease.code) || context.has_others) {
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
  residents_.forget(lease.instance);
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
  residents_.forget(instance);
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

void Turns::refuse_looking(const ProviderError& error) {
  for (auto& [token, acking] : std::exchange(looking_, {})) {
    give_up(acking, error);
  }
}

}  // namespace duroxide::postgres
