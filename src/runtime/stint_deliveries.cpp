// What the activity dispatcher does with activities that have been so short of late that a worker is given
// several at once.

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "model/invariant.hpp"
#include "runtime/activity_dispatcher.hpp"
#include "runtime/run_length.hpp"

namespace duroxide::runtime {

namespace {

/// An activity of which a run has lasted for so long of late is given to a worker alone: to wake its
/// thread takes little of that.
constexpr std::chrono::microseconds most_of_stint_each{100};
constexpr std::size_t most_in_stint = 16;
/// If workers have become free so often for each of them while an activity of a stint ran, it lasts, and what
/// follows it does not wait for its end.
constexpr std::size_t most_turns_of_others = 2;

}  // namespace

/// Not one that is watched: its time begins when it does, and the dispatcher is not told when that is.
bool ActivityDispatcher::may_join_stint(const Delivery& delivery) const {
  return gives_stints_ && !delivery.item.item.session && !delivery.item.item.timeouts &&
         !delivery.item.item.start_due && delivery.run_length != nullptr &&
         delivery.run_length->is_below(most_of_stint_each);
}

/// Of what waits, from the front on: no more than the share of one worker. Null if that is less than two.
std::shared_ptr<Stint> ActivityDispatcher::make_stint(WorkerId worker) {
  const std::size_t workers = std::max<std::size_t>(1, workers_.size());
  const std::size_t share = std::min(most_in_stint, waiting_.size() / workers);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(share);
  const Delivery* bound = sessions_.first_for(worker);
  const auto first_left = std::find_if_not(waiting_.begin(), end, [&](const SharedDelivery& each) {
    return may_join_stint(*each) && (bound == nullptr || each->arrival < bound->arrival);
  });
  if (std::distance(waiting_.begin(), first_left) < 2) {
    return nullptr;
  }
  auto stint = std::make_shared<Stint>(
      worker, std::deque<SharedDelivery>(std::make_move_iterator(waiting_.begin()),
                                         std::make_move_iterator(first_left)));
  waiting_.erase(waiting_.begin(), first_left);
  return stint;
}

void ActivityDispatcher::run_stint(std::shared_ptr<Stint> stint) {
  const WorkerId worker = stint->worker();
  const bool is_new = stints_.emplace(worker, stint).second;
  DUROXIDE_INVARIANT(is_new, "a worker has one stint at most");
  actors::ask(
      this, workers_.actor(worker),
      RunActivity{nullptr, ActivityDispatcherActor(this), std::move(stint)},
      [this, worker](const ActivityEnded& /*all were told of by the stint*/) {
        stint_ended(worker);
      },
      [this, worker] { stint_lost(worker); });
}

/// Acknowledges what has ended. Returns what is at work.
SharedDelivery ActivityDispatcher::take_ends(Stint& stint) {
  Stint::News news = stint.take_news();
  for (Stint::Ended& each : news.ended) {
    const provider::LockToken token = each.delivery->item.lock_token;
    acknowledge(token, each.what);
    (void)running_.remove(token);
    ++ended_since_fetch_;
  }
  return std::move(news.at_work);
}

/// Acknowledges what has ended, and counts what is at work among those that run.
void ActivityDispatcher::hear_of(Stint& stint) {
  SharedDelivery at_work = take_ends(stint);
  if (at_work != nullptr && !running_.contains(at_work->item.lock_token)) {
    running_.add(stint.worker(), std::move(at_work));
  }
}

void ActivityDispatcher::hear_of_stints() {
  for (const auto& [worker, stint] : stints_) {
    hear_of(*stint);
  }
}

void ActivityDispatcher::hear_of_one(const std::shared_ptr<Stint>& stint) {
  const auto found = stints_.find(stint->worker());
  if (found != stints_.end() && found->second == stint) {
    hear_of(*stint);
    fetch();
  }
}

void ActivityDispatcher::stint_ended(WorkerId worker) {
  if (const auto late = left_behind_.extract(worker)) {
    actors::stop(late.mapped());
    return;
  }
  (void)end_stint(worker);
  use(worker);
  drain_if_done();
  fetch();
}

void ActivityDispatcher::stint_lost(WorkerId worker) {
  const auto stint = end_stint(worker);  // none if the worker was left behind
  const SharedDelivery at_work = stint == nullptr ? nullptr : stint->take_news().at_work;
  worker_lost(worker, at_work == nullptr ? std::nullopt : std::optional(at_work->item.lock_token));
}

/// Of the stint of this worker, if it has one: it begins nothing more, and what has not begun waits for any
/// worker again.
std::shared_ptr<Stint> ActivityDispatcher::end_stint(WorkerId worker) {
  const auto found = stints_.extract(worker);
  if (found.empty()) {
    return nullptr;
  }
  take_back_rest(*found.mapped());
  hear_of(*found.mapped());
  return found.mapped();
}

void ActivityDispatcher::take_back_rest(Stint& stint) {
  auto left = stint.take_back_all();
  waiting_.insert(waiting_.begin(), std::make_move_iterator(left.begin()),
                  std::make_move_iterator(left.end()));
}

/// Whether the worker still runs what is overdue. Then its stint is over, if it has one. If not, that has
/// ended just now, and what the worker runs instead goes on.
bool ActivityDispatcher::is_held_up(const RunningDeliveries::Entry& overdue) {
  const auto found = stints_.find(overdue.worker);
  if (found == stints_.end()) {
    return true;
  }
  // First: then nothing new begins, and what is at work stays so until it ends.
  take_back_rest(*found->second);
  if (take_ends(*found->second) != overdue.delivery) {
    hear_of(*found->second);
    return false;
  }
  stints_.erase(found);
  return true;
}

/// What stands behind an activity that lasts came before what waits now, and is not to be overtaken by it.
void ActivityDispatcher::take_back_what_is_overtaken() {
  for (const auto& [worker, stint] : stints_) {
    if (stint->is_overtaken(most_turns_of_others * workers_.size())) {
      take_back_rest(*stint);
    }
  }
}

/// What waits in the stint of a worker, for another that has nothing to do. Null if there is none.
SharedDelivery ActivityDispatcher::take_from_stints() {
  for (const auto& [worker, stint] : stints_) {
    if (SharedDelivery taken = stint->take_back()) {
      return taken;
    }
  }
  return nullptr;
}

}  // namespace duroxide::runtime
