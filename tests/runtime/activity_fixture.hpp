#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "fixture.hpp"
#include "runtime/activity_dispatcher.hpp"

namespace duroxide::runtime::test {

using ScriptedWorker = ScriptedActor<WorkerActor, Asked<RunActivity, ActivityEnded>>;
using ScriptedStandIn = ScriptedActor<StandInActor, Asked<RunInstead, ActivityEnded>>;

/// An activity dispatcher between a scripted provider and scripted workers.
struct ActivityFixture : Fixture {
  explicit ActivityFixture(std::size_t worker_count, RuntimeOptions options = RuntimeOptions());
  ~ActivityFixture();

  /// Answers the oldest parked request with activities of these tokens, and returns its credit.
  std::uint64_t deliver(const std::vector<provider::LockToken>& tokens,
                        const std::string& name = "A");
  std::uint64_t deliver_items(WorkerItems items);
  /// Answers the oldest parked request with activities of a session, and returns that request.
  provider::DequeueWorkerPeekLock deliver_session(const std::string& session,
                                                  const std::vector<provider::LockToken>& tokens);
  /// Says that the leases are over because their activities were cancelled.
  void cancel(std::vector<provider::LockToken> tokens);

  [[nodiscard]] std::size_t running() const;
  /// The worker that runs this activity, or waits for it in front of others; -1 if none does.
  [[nodiscard]] int runs(provider::LockToken token) const;
  /// What a worker was given, null if that is a stint; the test fails if it has nothing to do.
  [[nodiscard]] SharedDelivery given(std::size_t worker) const;
  /// Lets this worker return from what it runs; returns the token of that.
  provider::LockToken finish(std::size_t worker) const;
  /// As `finish`, with a result.
  provider::LockToken complete(std::size_t worker) const;
  /// Lets one busy worker end; returns the token of what it ran.
  provider::LockToken finish_one() const;
  void advance(Milliseconds step);
  void drain();
  void give_up();

  /// Those that the dispatcher made are behind those that it began with.
  std::deque<ScriptedWorker> workers;
  /// Those for activities that are registered as short.
  std::deque<ScriptedWorker> short_workers;
  /// The two that share all activities that are coroutines.
  std::deque<ScriptedWorker> coroutine_workers;
  /// Is given nothing unless an activity has been short of late.
  ScriptedStandIn stand_in{system};
  ActivityDispatcherActor dispatcher;
  bool drained = false;
  bool makes_workers = true;
};

}  // namespace duroxide::runtime::test
