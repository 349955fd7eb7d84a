#include "postgres/work.hpp"

#include <cstddef>
#include <utility>

namespace duroxide::postgres {

namespace {

constexpr const char* acking_work = "ack_worker";
constexpr const char* abandoning_work = "abandon_worker";

}  // namespace

Work::Work(Batches& batches, Leases& leases, Holders& holders, CancelledLeases& cancelled,
           WorkFetches& fetches, Results& results)
    : batches_(batches),
      leases_(leases),
      holders_(holders),
      cancelled_(cancelled),
      fetches_(fetches),
      results_(results) {
  batches_.add(*this);
}

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
    batches_.ask_soon();
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
    fetches_.note_unknown(lease.asker, lease.name,
                          saturating_add(context.clock_now, abandon.delay));
    if (fetches_.another_may_know(lease.name) || context.has_others) {
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

}  // namespace duroxide::postgres
