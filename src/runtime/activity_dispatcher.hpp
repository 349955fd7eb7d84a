#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "runtime/backoff.hpp"
#include "runtime/draining.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Fetches activities, as many as its workers can run soon, and hands them to idle workers.
class ActivityDispatcher final : public ActivityDispatcherActor::base {
 public:
  ActivityDispatcher(caf::actor_config& config, SharedEnvironment environment,
                     std::vector<WorkerActor> workers);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  void fetch();
  void fetched(provider::Answer<std::vector<provider::WorkerItem>>& answer);
  void adapt_look_ahead();
  void accept(provider::WorkerItem item);
  void hand_out();
  void run_on(const WorkerActor& worker, RunActivity run);
  void worker_idle(const WorkerActor& worker);
  void worker_lost(provider::LockToken token);
  void fail_poisoned(const provider::WorkerItem& item);
  void wait_for_registration(const provider::WorkerItem& item, const NotRegistered& missing);
  void abandon(provider::AbandonWorker request);
  void provider_gone();
  void drain_if_done();

  SharedEnvironment environment_;
  std::vector<WorkerActor> idle_;
  std::size_t workers_;  ///< alive, idle or not
  std::deque<RunActivity> waiting_;
  std::size_t look_ahead_;  ///< how many may wait here beyond the idle workers
  std::size_t ended_since_fetch_ = 0;
  Backoffs backoffs_;

  bool fetch_under_way_ = false;
  std::uint32_t failed_fetches_ = 0;

  Draining<ActivityDispatcher> draining_;
};

}  // namespace duroxide::runtime
