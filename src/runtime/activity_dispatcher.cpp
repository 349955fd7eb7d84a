#include "runtime/activity_dispatcher.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "runtime/activity_call.hpp"
#include "runtime/run_length.hpp"

namespace duroxide::runtime {

namespace {

constexpr std::size_t longest_look_ahead = 1'024;

}  // namespace

ActivityDispatcher::ActivityDispatcher(caf::actor_config& config, SharedEnvironment environment,
                                       const std::vector<WorkerActor>& workers,
                                       MakeWorker make_worker, Crew short_crew, Crew coroutine_crew,
                                       StandInActor stand_in)
    : ActivityDispatcherActor::base(config),
      environment_(std::move(environment)),
      make_worker_(std::move(make_worker)),
      stand_in_(std::move(stand_in)),
      gives_stints_(static_cast<bool>(stand_in_)),
      short_crew_(std::move(short_crew)),
      coroutine_crew_(std::move(coroutine_crew)),
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
      [this](const StintHasNews& news) { hear_of_one(news.stint); },
      [this](const Tick& tick) {
        if (alarm_.rings(tick)) {
          time_has_passed();
        }
      },
      [this](Drain& drain) {
        draining_.begin(drain);
        forget_waiting();  // goes back to the store with all other leases
        hear_of_stints();
        running_.for_each(
            [](Delivery& each) { (void)each.order(Delivery::Order::give_back_if_sleeping); });
        drain_if_done();
      },
      [this](const GiveUp&) {
        // In this order: once the leases are given back, the store takes no result of an activity
        // that ends because of the stop, and it will run again.
        hear_of_stints();
        draining_.complete();
        running_.for_each([this](Delivery& each) { request_stop_aside(home_system(), each); });
      },
      [this](const storage::AckRefused& refused) {
        result_refused(refused.lock_token, refused.error);
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
  if (stand_in_) {
    actors::stop(stand_in_);
    stand_in_ = nullptr;
  }
  short_crew_.stop();
  coroutine_crew_.stop();
  actors::stop_watching(this, environment_->provider);
  alarm_.close();
  make_worker_ = nullptr;
  workers_.clear();
  left_behind_.clear();
  running_.clear();
  forget_waiting();
  stints_.clear();
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
  const std::size_t have = waiting_.size() + short_crew_.waiting() + sessions_.waiting(share);
  const std::size_t wanted =
      workers_.idle() + look_ahead_ + short_crew_.credit() + coroutine_crew_.credit();
  if (have >= wanted) {
    return;
  }
  ended_since_fetch_ = 0;
  short_crew_.fetches();
  coroutine_crew_.fetches();
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
  begin_on_stand_in();
}

void ActivityDispatcher::accept(provider::WorkerItem item) {
  if (item.attempt_count > environment_->options.max_attempts()) {
    set_poisoned_aside(item);
    return;
  }
  auto found = environment_->activities.resolve(item.item.name);
  if (!found) {
    wait_for_registration(item, found.error());
    return;
  }
  if (found->kind == ActivityKind::coroutine && item.item.session) {
    refuse_in_session(item);
    return;
  }
  auto delivery =
      std::make_shared<Delivery>(std::move(item), std::move(found->handler), ++arrivals_);
  delivery->meter = found->meter;
  delivery->run_length = found->run_length.get();
  if (found->kind == ActivityKind::coroutine) {
    delivery->way = Delivery::Way::coroutine;
  } else if (found->kind != ActivityKind::ordinary && !delivery->item.item.session) {
    delivery->way = Delivery::Way::short_running;
  }
  if (delivery->item.item.session) {
    sessions_.arrived(*delivery->item.item.session);
  }
  place(std::move(delivery));
}

// --- running --------------------------------------------------------------------------------------

/// Nothing waits that an idle worker may run: what comes either finds such a worker or waits.
void ActivityDispatcher::place(SharedDelivery delivery) {
  const auto& session = delivery->item.item.session;
  if (Crew* const crew = crew_of(*delivery)) {
    place_in(*crew, std::move(delivery));
    return;
  }
  if (!session) {
    if (const auto worker = workers_.take_idle()) {
      if (may_stand_in(*delivery)) {
        add_running(*worker, delivery);
        for_stand_in_.emplace(*worker, std::move(delivery));
      } else {
        run_on(*worker, std::move(delivery));
      }
    } else if (!give_up_if_late(*delivery)) {
      watch_start(delivery);
      waiting_.push_back(std::move(delivery));
    }
    return;
  }
  const auto worker = worker_for_session(*session);
  if (!worker) {
    end_of_session_item(*delivery);
    try_again_elsewhere(delivery->item.lock_token);
  } else if (workers_.take(*worker)) {
    run_on(*worker, std::move(delivery));
  } else if (give_up_if_late(*delivery)) {
    end_of_session_item(*delivery);
  } else {
    watch_start(delivery);
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
  take_back_what_is_overtaken();
  const Delivery* bound = sessions_.first_for(worker);
  if (bound != nullptr && (waiting_.empty() || bound->arrival < waiting_.front()->arrival)) {
    run_on(worker, sessions_.take_first_for(worker));
  } else if (auto stint = make_stint(worker)) {
    run_stint(std::move(stint));
  } else if (!waiting_.empty()) {
    SharedDelivery first = std::move(waiting_.front());
    waiting_.pop_front();
    run_on(worker, std::move(first));
  } else if (SharedDelivery behind_another = take_from_stints()) {
    run_on(worker, std::move(behind_another));
  } else {
    workers_.put_back(worker);
  }
}

void ActivityDispatcher::run_on(WorkerId worker, SharedDelivery delivery) {
  const provider::LockToken token = delivery->item.lock_token;
  add_running(worker, delivery);
  actors::ask(
      this, workers_.actor(worker), RunActivity{std::move(delivery), ActivityDispatcherActor(this)},
      [this, worker, token](ActivityEnded& activity) { ended(worker, token, activity); },
      [this, worker, token] { worker_lost(worker, token); });
}

void ActivityDispatcher::ended(WorkerId worker, provider::LockToken token,
                               ActivityEnded& activity) {
  if (const auto late = left_behind_.extract(worker)) {
    actors::stop(late.mapped());
    return;
  }
  acknowledge(token, activity);
  if (const auto run = running_.remove(token)) {
    end_of_session_item(*run->delivery);
  }
  ++ended_since_fetch_;
  use(worker);
  drain_if_done();
  fetch();
}

/// `token`: of what it ran; none if it ran nothing just then.
void ActivityDispatcher::worker_lost(WorkerId worker, std::optional<provider::LockToken> token) {
  if (left_behind_.erase(worker) != 0) {
    return;
  }
  environment_->log(LogLevel::error,
                    "a worker has ended unexpectedly; another takes its place, and what it ran is "
                    "tried again");
  if (token) {
    if (const auto run = running_.remove(*token)) {
      end_of_session_item(*run->delivery);
    }
    try_again_elsewhere(*token);
  }
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

// --- the end --------------------------------------------------------------------------------------

void ActivityDispatcher::try_again_later() {
  ++failures_;
  if (!std::exchange(tries_again_, true)) {
    actors::send_later(this, retry_delay(failures_), TryAgain{});
  }
}

void ActivityDispatcher::forget_waiting() {
  starts_.clear();
  waiting_.clear();
  for (const auto& [worker, stint] : stints_) {
    (void)stint->take_back_all();
  }
  short_crew_.forget_waiting();
  coroutine_crew_.forget_waiting();
  sessions_.clear();
}

void ActivityDispatcher::provider_gone() {
  forget_waiting();
  draining_.store_gone();
  drain_if_done();
}

void ActivityDispatcher::drain_if_done() {
  if (draining_.has_begun() && running_.empty() && stints_.empty()) {
    draining_.complete();
  }
}

}  // namespace duroxide::runtime
