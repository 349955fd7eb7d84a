#include "runtime/activity_dispatcher.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "runtime/activity_call.hpp"

namespace duroxide::runtime {

namespace {

constexpr std::size_t longest_look_ahead = 1'024;

/// Names one call of an activity among those that wait for a registration.
std::string key_of(const work::ActivityExecute& item) {
  return item.instance + "/" + std::to_string(item.execution_id) + "/" + std::to_string(item.id);
}

ErrorDetails poison_details(const provider::WorkerItem& item, std::uint32_t max_attempts) {
  ErrorDetails details;
  details.category = ErrorCategory::poison;
  details.kind = ErrorKind::poisoned_activity;
  details.subject = item.item.name;
  details.attempts = item.attempt_count;
  details.max_attempts = max_attempts;
  details.message = "activity " + item.item.name + " of instance " + item.item.instance +
                    " was started " + std::to_string(item.attempt_count - 1) +
                    " times and never finished; " + std::to_string(max_attempts) +
                    " attempts are allowed. It probably ends the process: look for a crash";
  return details;
}

}  // namespace

ActivityDispatcher::ActivityDispatcher(caf::actor_config& config, SharedEnvironment environment,
                                       const std::vector<WorkerActor>& workers,
                                       MakeWorker make_worker)
    : ActivityDispatcherActor::base(config),
      environment_(std::move(environment)),
      make_worker_(std::move(make_worker)),
      look_ahead_(workers.size()),
      backoffs_(environment_->options.unregistered_base(),
                environment_->options.unregistered_longest()),
      alarm_(this, environment_->clock),
      draining_(this, environment_) {
  for (const WorkerActor& worker : workers) {
    workers_.put_back(workers_.add(worker));
  }
}

ActivityDispatcher::behavior_type ActivityDispatcher::make_behavior() {
  actors::watch(this, environment_->provider, [this] { provider_gone(); });
  alarm_.listen(ActivityDispatcherActor(this));
  fetch();
  await_cancelled();
  return {
      [this](const TryAgain&) {
        tries_again_ = false;
        add_missing_workers();
        fetch();
        await_cancelled();
      },
      [this](const ProgressMade& made) { send_progress(made.delivery); },
      [this](const Tick& tick) {
        if (alarm_.rings(tick)) {
          time_has_passed();
        }
      },
      [this](Drain& drain) {
        draining_.begin(drain);
        forget_waiting();  // goes back to the store with all other leases
        drain_if_done();
      },
      [this](const GiveUp&) {
        // In this order: once the leases are given back, the store takes no result of an activity
        // that ends because of the stop, and it will run again.
        draining_.complete();
        running_.for_each(
            [this](const Delivery& each) { request_stop_aside(home_system(), each); });
      },
  };
}

void ActivityDispatcher::on_exit() {
  for (const auto& [id, worker] : workers_.all()) {
    actors::stop(worker.actor);
  }
  for (const auto& [id, worker] : left_behind_) {
    actors::stop(worker);
  }
  actors::stop_watching(this, environment_->provider);
  alarm_.close();
  make_worker_ = nullptr;
  workers_.clear();
  left_behind_.clear();
  running_.clear();
  forget_waiting();
}

// --- fetching -------------------------------------------------------------------------------------

void ActivityDispatcher::fetch() {
  const TagFilter& tags = environment_->options.worker_tags();
  if (draining_.has_begun() || tags.accepts_nothing()) {
    return;
  }
  const auto& saturated = sessions_.saturated();
  const auto asks_for_all = [&](const std::vector<std::string>& left_out) {
    return std::includes(saturated.begin(), saturated.end(), left_out.begin(), left_out.end());
  };
  if (std::any_of(fetches_.begin(), fetches_.end(), asks_for_all)) {
    return;
  }
  // What waits for the worker of its session counts for its share only, so that one busy worker with
  // many sessions does not keep the others without work.
  const std::size_t share =
      std::max<std::size_t>(1, look_ahead_ / std::max<std::size_t>(1, workers_.size()));
  const std::size_t have = waiting_.size() + sessions_.waiting(share);
  const std::size_t wanted = workers_.idle() + look_ahead_;
  if (have >= wanted) {
    return;
  }
  ended_since_fetch_ = 0;
  fetches_.emplace_back(saturated.begin(), saturated.end());
  actors::ask(
      this, environment_->provider,
      provider::DequeueWorkerPeekLock{wanted - have, tags, fetches_.back()},
      [this, fetch = std::prev(fetches_.end())](
          provider::Answer<std::vector<provider::WorkerItem>>& answer) {
        fetches_.erase(fetch);
        adapt_look_ahead();
        fetched(answer);
      },
      [this] { provider_gone(); });
}

/// Items wait here for a worker so that none is idle while the store commits: twice what the workers
/// got through during the last fetch. Not more, because what is held here when the process dies
/// counts as delivered; long activities, of which few end meanwhile, so leave it small.
void ActivityDispatcher::adapt_look_ahead() {
  const std::size_t measured = std::min(2 * ended_since_fetch_, longest_look_ahead);
  look_ahead_ = std::max({workers_.size(), measured, look_ahead_ / 2});
}

void ActivityDispatcher::fetched(provider::Answer<std::vector<provider::WorkerItem>>& answer) {
  if (!answer) {
    if (environment_->is_closed(answer.error())) {
      provider_gone();
      return;
    }
    environment_->log(LogLevel::warn, "cannot fetch activities: " + answer.error().to_string());
    try_again_later();
    return;
  }
  failures_ = 0;
  if (draining_.has_begun()) {
    return;  // too late: the items go back to the store with all other leases
  }
  for (provider::WorkerItem& item : *answer) {
    accept(std::move(item));
  }
  fetch();
}

void ActivityDispatcher::accept(provider::WorkerItem item) {
  if (item.attempt_count > environment_->options.max_attempts()) {
    set_poisoned_aside(item);
    return;
  }
  auto handler = environment_->activities.resolve(item.item.name);
  if (!handler) {
    wait_for_registration(item, handler.error());
    return;
  }
  auto delivery = std::make_shared<Delivery>(std::move(item), std::move(*handler), ++arrivals_);
  if (delivery->item.item.session) {
    sessions_.arrived(*delivery->item.item.session);
  }
  place(std::move(delivery));
}

// --- running --------------------------------------------------------------------------------------

/// Nothing waits that an idle worker may run: what comes either finds such a worker or waits.
void ActivityDispatcher::place(SharedDelivery delivery) {
  const auto& session = delivery->item.item.session;
  if (!session) {
    if (const auto worker = workers_.take_idle()) {
      run_on(*worker, std::move(delivery));
    } else {
      waiting_.push_back(std::move(delivery));
    }
    return;
  }
  const auto worker = worker_for_session(*session);
  if (!worker) {
    end_of_session_item(*delivery);
    provider::AbandonWorker request;
    request.lock_token = delivery->item.lock_token;
    request.delay = retry_delay(1);
    abandon(std::move(request));
  } else if (workers_.take(*worker)) {
    run_on(*worker, std::move(delivery));
  } else {
    sessions_.wait(std::move(delivery));
  }
}

/// None if all workers were lost and cannot be replaced.
std::optional<WorkerId> ActivityDispatcher::worker_for_session(const std::string& session) {
  if (const auto bound = sessions_.worker_of(session)) {
    return bound;
  }
  if (workers_.size() == 0) {
    return std::nullopt;
  }
  const auto rank = [this](const auto& entry) {
    return std::tuple(!entry.second.is_idle, sessions_.bound_to(entry.first));
  };
  const auto best = std::min_element(
      workers_.all().begin(), workers_.all().end(),
      [&](const auto& left, const auto& right) { return rank(left) < rank(right); });
  sessions_.bind(session, best->first);
  return best->first;
}

/// Gives a worker that has nothing to do what came first of all that it may run.
void ActivityDispatcher::use(WorkerId worker) {
  const Delivery* bound = sessions_.first_for(worker);
  if (bound != nullptr && (waiting_.empty() || bound->arrival < waiting_.front()->arrival)) {
    run_on(worker, sessions_.take_first_for(worker));
  } else if (!waiting_.empty()) {
    SharedDelivery first = std::move(waiting_.front());
    waiting_.pop_front();
    run_on(worker, std::move(first));
  } else {
    workers_.put_back(worker);
  }
}

void ActivityDispatcher::run_on(WorkerId worker, SharedDelivery delivery) {
  const provider::LockToken token = delivery->item.lock_token;
  running_.add(worker, delivery);
  actors::ask(
      this, workers_.actor(worker), RunActivity{std::move(delivery), ActivityDispatcherActor(this)},
      [this, worker, token](const ActivityEnded&) { ended(worker, token); },
      [this, worker, token] { worker_lost(worker, token); });
}

void ActivityDispatcher::ended(WorkerId worker, provider::LockToken token) {
  if (const auto late = left_behind_.extract(worker)) {
    actors::stop(late.mapped());
    return;
  }
  if (const auto run = running_.remove(token)) {
    end_of_session_item(*run->delivery);
  }
  ++ended_since_fetch_;
  use(worker);
  drain_if_done();
  fetch();
}

void ActivityDispatcher::worker_lost(WorkerId worker, provider::LockToken token) {
  if (left_behind_.erase(worker) != 0) {
    return;
  }
  environment_->log(LogLevel::error,
                    "a worker has ended unexpectedly; another takes its place, and what it ran is "
                    "tried again");
  if (const auto run = running_.remove(token)) {
    end_of_session_item(*run->delivery);
  }
  provider::AbandonWorker request;
  request.lock_token = token;
  request.delay = retry_delay(1);
  abandon(std::move(request));
  replace(worker);
  drain_if_done();
  fetch();
}

void ActivityDispatcher::end_of_session_item(const Delivery& delivery) {
  if (const auto& session = delivery.item.item.session) {
    sessions_.ended(*session, environment_->clock->now());
    set_alarm();
  }
}

// --- what is not run ------------------------------------------------------------------------------

void ActivityDispatcher::set_poisoned_aside(const provider::WorkerItem& item) {
  ErrorDetails details = poison_details(item, environment_->options.max_attempts());
  LogRecord line;
  line.level = LogLevel::error;
  line.message = details.message;
  line.instance = item.item.instance;
  line.execution_id = item.item.execution_id;
  line.orchestration = item.item.orchestration;
  line.version = item.item.version;
  line.activity = item.item.name;
  line.event_id = item.item.id;
  if (environment_->options.on_poison() == PoisonPolicy::fail) {
    environment_->log(line);
    end_lease(provider::AckWorker{item.lock_token, failed_activity(item.item, std::move(details))});
    return;
  }
  line.message += ". It is in quarantine until it is released or its instance cancelled";
  environment_->log(line);
  provider::AbandonWorker request;
  request.lock_token = item.lock_token;
  request.quarantine = std::move(details.message);
  end_lease(std::move(request));
}

template <class Request>
void ActivityDispatcher::end_lease(Request request) {
  const provider::LockToken token = request.lock_token;
  actors::ask(
      this, environment_->provider, std::move(request),
      [this, token](const Done& reply) {
        if (!reply && !environment_->is_closed(reply.error())) {
          provider::AbandonWorker give_back;
          give_back.lock_token = token;
          give_back.delay = retry_delay(10);
          abandon(std::move(give_back));
        }
      },
      [] {});
}

void ActivityDispatcher::wait_for_registration(const provider::WorkerItem& item,
                                               const NotRegistered& missing) {
  const Backoffs::Step step = backoffs_.next(key_of(item.item), environment_->clock->now());
  if (step.is_first) {
    LogRecord line;
    line.level = LogLevel::warn;
    line.message = missing.waiting_for() + "; " + missing.registered;
    line.instance = item.item.instance;
    line.execution_id = item.item.execution_id;
    line.activity = item.item.name;
    line.event_id = item.item.id;
    environment_->log(line);
  }
  provider::AbandonWorker request;
  request.lock_token = item.lock_token;
  request.delay = step.delay;
  request.ignore_attempt = true;
  request.waiting_for = missing.waiting_for();
  abandon(std::move(request));
}

void ActivityDispatcher::abandon(provider::AbandonWorker request) {
  // An error means that the lease is over already, which is what this is for.
  actors::ask(
      this, environment_->provider, std::move(request), [](const Done&) {}, [] {});
}

void ActivityDispatcher::try_again_later() {
  ++failures_;
  if (!std::exchange(tries_again_, true)) {
    actors::send_later(this, retry_delay(failures_), TryAgain{});
  }
}

// --- the end --------------------------------------------------------------------------------------

void ActivityDispatcher::forget_waiting() {
  waiting_.clear();
  sessions_.clear();
}

void ActivityDispatcher::provider_gone() {
  forget_waiting();
  draining_.store_gone();
  drain_if_done();
}

void ActivityDispatcher::drain_if_done() {
  if (draining_.has_begun() && running_.empty()) {
    draining_.complete();
  }
}

}  // namespace duroxide::runtime
