// What the activity dispatcher does about activities that run: cancellation, the time they have left
// to return, and how far they say they are.

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "model/activity_failure.hpp"
#include "runtime/activity_dispatcher.hpp"

namespace duroxide::runtime {

// --- cancellation ---------------------------------------------------------------------------------

void ActivityDispatcher::await_cancelled() {
  if (awaits_cancelled_ || draining_.has_begun() ||
      environment_->options.worker_tags().accepts_nothing()) {
    return;
  }
  awaits_cancelled_ = true;
  actors::ask(
      this, environment_->provider, provider::AwaitCancelledWork{},
      [this](const provider::Answer<std::vector<provider::LockToken>>& answer) {
        awaits_cancelled_ = false;
        if (answer) {
          cancelled(*answer);
          await_cancelled();
        } else if (environment_->is_closed(answer.error())) {
          provider_gone();
        } else {
          environment_->log(LogLevel::warn, "cannot learn which activities were cancelled: " +
                                                answer.error().to_string());
          try_again_later();
        }
      },
      [this] { provider_gone(); });
}

/// A token that is neither running nor waiting here belongs to a call that was left open, or that has
/// ended meanwhile: there is nobody to tell.
void ActivityDispatcher::cancelled(const std::vector<provider::LockToken>& tokens) {
  // First: what is not dropped has begun, and is told below. A worker takes the next of its stint at any
  // moment.
  drop_waiting({tokens.begin(), tokens.end()});
  hear_of_stints();
  for (const provider::LockToken token : tokens) {
    (void)tell_to_stop(token);
  }
  set_alarm();
  fetch();
}

void ActivityDispatcher::drop_waiting(const std::unordered_set<provider::LockToken>& tokens) {
  const auto is_dropped = [&](const SharedDelivery& each) {
    return tokens.contains(each->item.lock_token);
  };
  std::erase_if(waiting_, is_dropped);
  for (const auto& [worker, stint] : stints_) {
    stint->drop(tokens);
  }
  short_crew_.drop_waiting(is_dropped);
  coroutine_crew_.drop_waiting(is_dropped);
  sessions_.drop(tokens, environment_->clock->now());
  std::erase_if(starts_, [](const auto& start) { return start.second.expired(); });
}

bool ActivityDispatcher::tell_to_stop(provider::LockToken token) {
  const Timestamp deadline = saturating_add(environment_->clock->now(),
                                            environment_->options.activity_cancellation_grace());
  const SharedDelivery delivery = running_.tell_to_stop(token, deadline);
  if (delivery) {
    request_stop_aside(home_system(), *delivery);
  }
  return delivery != nullptr;
}

// --- the time that is left ------------------------------------------------------------------------

void ActivityDispatcher::add_running(WorkerId worker, const SharedDelivery& delivery) {
  if (!delivery->item.item.timeouts) {
    running_.add(worker, delivery);
    return;
  }
  watches_start_no_more(*delivery);
  delivery->begins(environment_->clock->now());
  running_.add(worker, delivery);
  set_alarm();
}

/// One that waits here for a worker has not begun yet, unless an earlier delivery has.
void ActivityDispatcher::watch_start(const SharedDelivery& delivery) {
  if (delivery->item.item.start_due && delivery->item.attempt_count == 1) {
    starts_.emplace(std::pair(*delivery->item.item.start_due, delivery->arrival), delivery);
    set_alarm();
  }
}

void ActivityDispatcher::watches_start_no_more(const Delivery& delivery) {
  if (delivery.item.item.start_due) {
    starts_.erase(std::pair(*delivery.item.item.start_due, delivery.arrival));
  }
}

/// Of one that finds no place to run: true if it should have begun by now, and then its call has failed.
bool ActivityDispatcher::give_up_if_late(const Delivery& delivery) {
  const auto& due = delivery.item.item.start_due;
  if (!due || delivery.item.attempt_count != 1 || *due > environment_->clock->now()) {
    return false;
  }
  give_up(delivery, model::not_begun_in_time(delivery.item.item));
  return true;
}

void ActivityDispatcher::give_up_waiting(Timestamp now) {
  std::unordered_set<provider::LockToken> late;
  for (; !starts_.empty() && starts_.begin()->first.first <= now; starts_.erase(starts_.begin())) {
    // One that waits no more, since it was cancelled for one, is nobody's any more.
    const SharedDelivery delivery = starts_.begin()->second.lock();
    if (delivery != nullptr && !delivery->has_begun()) {
      late.insert(delivery->item.lock_token);
      give_up(*delivery, model::not_begun_in_time(delivery->item.item));
    }
  }
  if (!late.empty()) {
    drop_waiting(late);
  }
}

void ActivityDispatcher::time_has_passed() {
  hear_of_stints();
  const Timestamp now = environment_->clock->now();
  for (const SharedDelivery& each : running_.beyond_limit(now)) {
    give_up(*each, each->too_slow(now));
    tell_to_stop(each->item.lock_token);  // its result finds nobody
  }
  give_up_waiting(now);
  for (const RunningDeliveries::Entry& overdue : running_.take_overdue(now)) {
    leave_behind(overdue);
  }
  auto idle = sessions_.forget_idle(now, environment_->options.session_idle_timeout());
  if (!idle.empty()) {
    actors::send(this, environment_->provider, provider::ReleaseSessions{std::move(idle)});
  }
  set_alarm();
  drain_if_done();
  fetch();
}

void ActivityDispatcher::leave_behind(const RunningDeliveries::Entry& overdue) {
  if (!is_held_up(overdue)) {
    return;
  }
  const work::ActivityExecute& item = overdue.delivery->item.item;
  LogRecord line;
  line.level = LogLevel::warn;
  line.message = "activity " + item.name + " of instance " + item.instance +
                 " was cancelled and has not returned within " +
                 std::to_string(environment_->options.activity_cancellation_grace().count()) +
                 " ms; " +
                 (overdue.delivery->way == Delivery::Way::coroutine
                      ? "it counts no longer, and stays until what it awaits is over"
                      : "another worker takes the place of its own") +
                 ". Let it look at ActivityContext::is_cancelled, or use on_cancelled";
  line.instance = item.instance;
  line.execution_id = item.execution_id;
  line.orchestration = item.orchestration;
  line.version = item.version;
  line.activity = item.name;
  line.event_id = item.id;
  environment_->log(line);
  if (Crew* const crew = crew_of(*overdue.delivery)) {
    if (const auto left = crew->leave_behind(overdue.delivery->item.lock_token)) {
      actors::stop(*left);  // it ends when what it runs has returned
    }
    use_room_in(*crew);
    return;
  }
  end_of_session_item(*overdue.delivery);
  left_behind_.emplace(overdue.worker, workers_.actor(overdue.worker));
  replace(overdue.worker);
}

/// Removes a worker and lets another take its place, and its sessions wherever there is room.
void ActivityDispatcher::replace(WorkerId worker) {
  workers_.remove(worker);
  const auto orphans = sessions_.unbind(worker);
  if (draining_.has_begun()) {
    return;
  }
  ++missing_workers_;
  add_missing_workers();
  for (const SharedDelivery& each : orphans) {
    place(each);
  }
}

void ActivityDispatcher::add_missing_workers() {
  while (missing_workers_ != 0 && !draining_.has_begun()) {
    std::optional<WorkerId> added;
    try {
      added = workers_.add(make_worker_());
    } catch (const std::exception& error) {
      environment_->log(LogLevel::error, std::string("cannot start a worker: ") + error.what() +
                                             "; " + std::to_string(workers_.size()) + " are left");
      try_again_later();
      return;
    }
    --missing_workers_;
    use(*added);
  }
}

void ActivityDispatcher::set_alarm() {
  auto due = running_.next_deadline();
  if (const auto idle_since = sessions_.idle_since()) {
    const Timestamp session =
        saturating_add(*idle_since, environment_->options.session_idle_timeout());
    due = due ? std::min(*due, session) : session;
  }
  if (const auto limit = running_.next_limit()) {
    due = due ? std::min(*due, *limit) : limit;
  }
  if (!starts_.empty()) {
    const Timestamp start = starts_.begin()->first.first;
    due = due ? std::min(*due, start) : start;
  }
  alarm_.set(due);
}

// --- progress -------------------------------------------------------------------------------------

/// One request at a time for each call; what it says meanwhile waits in the delivery, the newest only.
void ActivityDispatcher::send_progress(SharedDelivery delivery) {
  auto details = delivery->next_progress();
  if (!details) {
    return;
  }
  provider::Heartbeat request{delivery->reference(), std::move(*details),
                              delivery->item.lock_token};
  actors::ask(
      this, environment_->provider, std::move(request),
      [this, delivery = std::move(delivery)](const Done& reply) {
        if (!reply && reply.error().kind == ProviderError::Kind::activity_not_found) {
          hear_of_stints();
          tell_to_stop(delivery->item.lock_token);
          set_alarm();
        } else if (!reply && !environment_->is_closed(reply.error())) {
          environment_->log(LogLevel::warn, "the store refused a heartbeat of activity " +
                                                delivery->item.item.name + ": " +
                                                reply.error().to_string());
        }
        send_progress(delivery);
      },
      [] {});
}

}  // namespace duroxide::runtime
