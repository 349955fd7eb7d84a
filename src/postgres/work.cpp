#include "postgres/work.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "model/encoding.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* fetching_work = "dequeue_worker_peek_lock";
constexpr const char* acking_work = "ack_worker";
constexpr const char* abandoning_work = "abandon_worker";

}  // namespace

Work::Work(Batches& batches, Leases& leases, Holders& holders, CancelledLeases& cancelled,
           LogSink log)
    : batches_(batches),
      leases_(leases),
      holders_(holders),
      cancelled_(cancelled),
      log_(std::move(log)),
      results_(leases, cancelled) {
  batches_.add(*this);
}

// --- fetches --------------------------------------------------------------------------------------

void Work::fetch(Asker asker, const provider::DequeueWorkerPeekLock& request, FetchReply reply) {
  if (request.max_items == 0) {
    reply(failure(refused(fetching_work, ProviderError::Kind::invalid_input, "max_items is 0")));
    return;
  }
  if (unknown_.asks(asker, request.tags)) {
    Request forward{"bring_forward"};
    forward.is_of_process = true;
    forward.done = [](const Outcome& /*outcome*/) {};
    forward.calls.push_back(
        {"bring_work_forward", Parameters().number(batches_.context().process)});
    batches_.submit(std::move(forward), {false, true, true});
  }
  parked_.push_back({++newest_, asker, request, std::move(reply)});
  // Which sessions are saturated changes from one request to the next.
  if (exhausted_[asker] != batches_.news() || !request.saturated_sessions.empty()) {
    batches_.look_first({false, true, false});
  }
}

void Work::join(Runner::Batch& batch) {
  if (!batches_.take_work()) {
    return;
  }
  for (Parked& parked : parked_) {
    if (!parked.is_asked && !parked.request.tags.accepts_nothing()) {
      parked.is_asked = true;
      parked.news = batches_.news();
      batch.push_back(fetch_request(parked));
    }
  }
}

Request Work::fetch_request(Parked& parked) {
  const CallContext context = batches_.context();
  const TagFilter& tags = parked.request.tags;
  Request request{fetching_work};
  request.is_of_process = true;
  request.is_light = true;
  request.calls.push_back(
      {"fetch_work",
       Parameters()
           .optional_number(context.now)
           .number(context.process)
           .number(holders_.number_of(parked.asker))
           .number(parked.request.max_items)
           .flag(tags == TagFilter::any())
           .flag(tags.accepts(std::nullopt))
           .texts(std::vector<std::string>(tags.tags().begin(), tags.tags().end()))
           .texts(parked.request.saturated_sessions)
           .texts(unknown_.left_to_others(parked.asker, context.has_others, context.clock_now))});
  request.done = [this, id = parked.id](const Outcome& outcome) { fetched(id, outcome); };
  return request;
}

void Work::fetched(std::uint64_t id, const Outcome& outcome) {
  const auto parked = std::find_if(parked_.begin(), parked_.end(),
                                   [id](const Parked& each) { return each.id == id; });
  if (parked == parked_.end()) {
    return;  // it was released meanwhile, and what it was given with it
  }
  parked->is_asked = false;
  if (!outcome) {
    return;
  }
  const Rows& rows = outcome->front();
  if (rows.size() < parked->request.max_items && parked->request.saturated_sessions.empty()) {
    exhausted_[parked->asker] = parked->news;
  }
  if (rows.empty()) {
    return;
  }
  std::vector<provider::WorkerItem> items;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    auto message = model::decode_work_item(row.bytes(6));
    auto* activity = message ? std::get_if<work::ActivityExecute>(&*message) : nullptr;
    if (activity == nullptr) {
      if (log_) {
        LogRecord line;
        line.level = LogLevel::error;
        line.message = "an activity cannot be read, and is left alone";
        line.instance = row.text(7);
        line.event_id = row.count(2);
        log_(line);
      }
      continue;  // its lease lasts as long as this process
    }
    provider::WorkerItem item;
    item.lock_token = row.count(3);
    item.attempt_count = static_cast<std::uint32_t>(row.number(4));
    item.progress = row.optional_text(5);
    leases_.work.insert_or_assign(
        item.lock_token,
        WorkLease{row.number(0), row.number(1), row.number(2), row.text(7), activity->name,
                  parked->asker, holders_.number_of(parked->asker)});
    item.item = std::move(*activity);
    items.push_back(std::move(item));
  }
  if (rows.size() >= parked->request.max_items) {
    batches_.look_first({false, true, false});  // there may be more, for others who wait
  }
  if (!items.empty()) {
    const auto reply = std::move(parked->reply);
    parked_.erase(parked);
    reply(std::move(items));
  }
}

// --- ends -----------------------------------------------------------------------------------------

std::function<void(Outcome)> Work::ends_lease(const char* operation, provider::LockToken token,
                                              Reply<void> reply) {
  return [this, operation, token, reply = std::move(reply)](const Outcome& outcome) {
    if (!outcome) {
      reply(failure(outcome.error()));
      return;
    }
    leases_.work.erase(token);
    if (outcome->front().first().number(0) != 0) {
      cancelled_.forget(token);
      reply(failure(work_is_over(operation)));
    } else {
      reply({});
    }
  };
}

void Work::ack(const provider::AckWorker& ack, const Reply<void>& reply) {
  or_refuse<void>(acking_work, reply, [&] {
    results_.add(ack, reply);
    batches_.expect({true, false, false});
  });
}

void Work::bring(Runner::Batch& batch) {
  results_.bring(batch, batches_.context().process);
}

void Work::abandon(const provider::AbandonWorker& abandon, Reply<void> reply) {
  const auto found = leases_.work.find(abandon.lock_token);
  if (found == leases_.work.end()) {
    cancelled_.forget(abandon.lock_token);
    reply(failure(work_is_over(abandoning_work)));
    return;
  }
  const WorkLease& lease = found->second;
  const CallContext context = batches_.context();
  const bool is_unregistered = abandon.unregistered && !abandon.quarantine;
  Milliseconds delay = abandon.delay;
  if (is_unregistered) {
    unknown_.add(lease.asker, lease.name, saturating_add(context.clock_now, abandon.delay));
    if (unknown_.another_may_know(lease.name) || context.has_others) {
      delay = Milliseconds::zero();
    }
  }
  Request request{abandoning_work};
  request.is_of_process = true;
  request.calls.push_back({"abandon_work", Parameters()
                                               .optional_number(context.now)
                                               .number(context.process)
                                               .number(abandon.lock_token)
                                               .number(lease.number)
                                               .number(lease.execution)
                                               .number(lease.event)
                                               .number(abandon.quarantine ? 0 : delay.count())
                                               .flag(abandon.ignore_attempt)
                                               .optional_words(abandon.waiting_for)
                                               .optional_words(abandon.quarantine)
                                               .flag(is_unregistered)});
  request.done = ends_lease(abandoning_work, abandon.lock_token, std::move(reply));
  batches_.submit(std::move(request), {false, true, true});
}

void Work::release_sessions(Asker asker, const std::vector<std::string>& sessions) {
  if (!holders_.is_known(asker)) {
    return;
  }
  Request request{"release_sessions"};
  request.is_of_process = true;
  request.done = [](const Outcome& /*outcome*/) {};
  request.calls.push_back({"release_sessions", Parameters()
                                                   .number(batches_.context().process)
                                                   .number(holders_.number_of(asker))
                                                   .texts(sessions)});
  batches_.submit(std::move(request), {false, true, false});
}

void Work::look_for_cancelled() {
  Request request{"await_cancelled_work"};
  request.is_of_process = true;
  request.calls.push_back({"take_cancelled", Parameters().number(batches_.context().process)});
  request.done = [this](const Outcome& outcome) {
    if (!outcome) {
      return;
    }
    for (std::size_t i = 0; i < outcome->front().size(); ++i) {
      const auto token = outcome->front().row(i).count(0);
      if (const auto work = leases_.work.find(token); work != leases_.work.end()) {
        cancelled_.add(work->second.asker, token);
        leases_.work.erase(work);
      }
    }
    cancelled_.tell();
  };
  batches_.submit(std::move(request));
}

void Work::release(Asker asker) {
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
    reply(std::vector<provider::WorkerItem>{});
  }
}

void Work::refuse_parked(const ProviderError& error) {
  for (Parked& parked : std::exchange(parked_, {})) {
    ProviderError told = error;
    told.operation = fetching_work;
    parked.reply(failure(std::move(told)));
  }
}

}  // namespace duroxide::postgres
