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

ProviderError turn_is_over(const char* operation) {
  return refused(operation, ProviderError::Kind::invalid_lock_token, "the lease is over");
}

/// Whether others may wait for what this ack brings about.
bool is_worth_telling(const provider::AckOrchestrationItem& ack, const TurnLease& lease) {
  return ack.metadata.status != ExecutionStatus::running || lease.event_count == 0 ||
         ack.custom_status || !ack.values.empty() || !ack.updates.empty();
}

}  // namespace

Turns::Turns(Batches& batches, Leases& leases, Holders& holders, Waiting& waiting,
             CancelledLeases& cancelled, LogSink log)
    : batches_(batches),
      leases_(leases),
      holders_(holders),
      waiting_(waiting),
      cancelled_(cancelled),
      log_(std::move(log)) {
  batches_.add(*this);
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
  if (exhausted_[asker] != batches_.news()) {
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
      parked.news = batches_.news();
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
    const TurnLease& lease = found->second;
    Request request{acking_turn};
    request.calls = ack_calls(ack, lease, batches_.context());
    request.is_repeatable = true;
    request.is_of_process = true;
    request.changes.push_back(lease.instance);
    waiting_.touch(lease.instance);
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
    request.done = [this, kept = std::make_shared<const provider::AckOrchestrationItem>(ack), lease,
                    reply](const Outcome& outcome) {
      if (!outcome) {
        if (const auto still = leases_.turns.find(kept->lock_token); still != leases_.turns.end()) {
          still->second.is_being_acked = false;
        }
        reply(failure(outcome.error()));
      } else if (outcome->front().first().number(0) != 0) {
        leases_.turns.erase(kept->lock_token);
        reply(failure(turn_is_over(acking_turn)));
      } else {
        acked(*kept, lease, outcome->front());
        reply({});
      }
    };
    found->second.is_being_acked = true;
    batches_.submit(std::move(request), {true, !ack.worker_items.empty(), true});
  });
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
}

}  // namespace duroxide::postgres
