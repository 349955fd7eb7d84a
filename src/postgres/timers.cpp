#include "postgres/timers.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "model/encoding.hpp"
#include "model/limits.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* dequeuing_timers = "dequeue_timer_peek_lock";
constexpr const char* acking_timers = "ack_timer";
constexpr const char* enqueuing_timer = "enqueue_timer_work";

}  // namespace

Timers::Timers(Batches& batches, Leases& leases, Holders& holders, Alarm alarm)
    : batches_(batches), leases_(leases), holders_(holders), alarm_(std::move(alarm)) {
  batches_.add(*this);
}

void Timers::dequeue(Asker asker, const provider::DequeueTimerPeekLock& request, DueReply reply) {
  if (request.max_items == 0) {
    reply(failure(refused(dequeuing_timers, ProviderError::Kind::invalid_input, "max_items is 0")));
    return;
  }
  const auto older = std::find_if(parked_.begin(), parked_.end(),
                                  [asker](const Parked& each) { return each.asker == asker; });
  if (older != parked_.end()) {
    const Parked ended = std::move(*older);
    parked_.erase(older);
    ended.reply(provider::DueTimers{{}, ended.request.known_next_due});
  }
  parked_.push_back({++newest_, asker, request, std::move(reply)});
  // What was held back until now is handed out again, too.
  look_again();
}

void Timers::join(Runner::Batch& batch) {
  if (!batches_.take_timers()) {
    return;
  }
  for (Parked& parked : parked_) {
    if (!parked.is_asked) {
      parked.is_asked = true;
      batch.push_back(fetch_request(parked));
    }
  }
}

Request Timers::fetch_request(Parked& parked) {
  const CallContext context = batches_.context();
  Request request{dequeuing_timers};
  request.is_of_process = true;
  request.is_light = true;
  request.calls.push_back({"fetch_timers", Parameters()
                                               .optional_number(context.now)
                                               .number(context.process)
                                               .number(holders_.number_of(parked.asker))
                                               .number(parked.request.max_items)});
  request.done = [this, id = parked.id, asker = parked.asker](const Outcome& outcome) {
    fetched(id, asker, outcome);
  };
  return request;
}

void Timers::fetched(std::uint64_t id, Asker asker, const Outcome& outcome) {
  auto parked = std::find_if(parked_.begin(), parked_.end(),
                             [id](const Parked& each) { return each.id == id; });
  if (parked == parked_.end()) {
    // What was leased to a request that another has replaced is for that one.
    parked = std::find_if(parked_.begin(), parked_.end(),
                          [asker](const Parked& each) { return each.asker == asker; });
  }
  if (parked == parked_.end()) {
    return;  // it was released meanwhile, and what it was given with it
  }
  parked->is_asked = false;
  if (!outcome) {
    return;
  }
  const Rows::Row row = outcome->front().first();
  provider::DueTimers due;
  for (const auto token : row.numbers(0)) {
    due.lock_tokens.push_back(static_cast<provider::LockToken>(token));
    leases_.timers.insert_or_assign(due.lock_tokens.back(), parked->asker);
  }
  if (const auto next = row.optional_number(1)) {
    due.next_due = from_milliseconds(*next);
  }
  if (due.lock_tokens.empty() && due.next_due == parked->request.known_next_due) {
    if (due.next_due) {
      // The database's clock may be behind that of whoever asks.
      const auto left = *due.next_due - std::min(*due.next_due, batches_.now());
      alarm_(left + Milliseconds(1));
    }
    return;
  }
  const auto reply = std::move(parked->reply);
  parked_.erase(parked);
  reply(std::move(due));
}

void Timers::ack(const provider::AckTimer& ack, Reply<void> reply) {
  std::vector<std::int64_t> tokens;
  for (const auto token : ack.lock_tokens) {
    if (!leases_.timers.contains(token)) {
      reply(failure(
          refused(acking_timers, ProviderError::Kind::invalid_lock_token, "the lease is over")));
      return;
    }
    tokens.push_back(static_cast<std::int64_t>(token));
  }
  for (const auto token : ack.lock_tokens) {
    leases_.timers.erase(token);
  }
  Request request{acking_timers};
  request.is_of_process = true;
  request.is_repeatable = true;
  request.calls.push_back(
      {"ack_timers", Parameters().number(batches_.context().process).numbers(tokens)});
  request.done = [reply = std::move(reply)](const Outcome& outcome) {
    if (outcome) {
      reply({});
    } else {
      reply(failure(outcome.error()));
    }
  };
  batches_.submit(std::move(request), {true, true, true});
}

void Timers::enqueue(const provider::EnqueueTimerWork& work, Reply<void> reply) {
  or_refuse<void>(enqueuing_timer, reply, [&] {
    require(model::check_instance_id(work.item.instance));
    Request request{enqueuing_timer};
    request.is_repeatable = true;
    request.calls.push_back({"enqueue_timer", Parameters()
                                                  .text(work.item.instance)
                                                  .number(work.item.execution_id)
                                                  .number(work.item.id)
                                                  .number(to_milliseconds(work.item.fire_at))
                                                  .bytes(model::encode_work_item(work.item))});
    request.done = [reply, instance = work.item.instance](const Outcome& outcome) {
      if (!outcome) {
        reply(failure(outcome.error()));
        return;
      }
      const auto code = outcome->front().first().number(0);
      if (code == 0) {
        reply({});
      } else if (code == 1) {
        reply(failure(refused(enqueuing_timer, ProviderError::Kind::instance_not_found,
                              "there is no instance `" + instance + "`")));
      } else {
        reply(failure(refused(enqueuing_timer, ProviderError::Kind::instance_finished,
                              "the instance `" + instance + "` has ended")));
      }
    };
    batches_.submit(std::move(request), {false, false, true});
  });
}

void Timers::release(Asker asker) {
  std::vector<DueReply> ended;
  std::erase_if(parked_, [&](Parked& parked) {
    if (parked.asker == asker) {
      ended.push_back(std::move(parked.reply));
      return true;
    }
    return false;
  });
  for (const DueReply& reply : ended) {
    reply(provider::DueTimers{});
  }
}

void Timers::refuse_parked(const ProviderError& error) {
  for (Parked& parked : std::exchange(parked_, {})) {
    ProviderError told = error;
    told.operation = dequeuing_timers;
    parked.reply(failure(std::move(told)));
  }
}

}  // namespace duroxide::postgres
