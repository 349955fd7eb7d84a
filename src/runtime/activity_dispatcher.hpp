#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runtime/backoff.hpp"
#include "runtime/crew.hpp"
#include "runtime/delivery.hpp"
#include "runtime/draining.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"
#include "runtime/running_deliveries.hpp"
#include "runtime/sessions.hpp"
#include "runtime/stint.hpp"
#include "runtime/workers.hpp"

namespace duroxide::runtime {

/// Fetches activities, as many as its workers can run soon, and hands them to idle workers; tells
/// those that run when nobody waits for them any more. It owns the workers.
class ActivityDispatcher final : public ActivityDispatcherActor::base {
 public:
  using MakeWorker = std::function<WorkerActor()>;

  /// `make_worker` replaces workers that are lost; it may throw. `stand_in` may be null.
  ActivityDispatcher(caf::actor_config& config, SharedEnvironment environment,
                     const std::vector<WorkerActor>& workers, MakeWorker make_worker,
                     Crew short_crew, Crew coroutine_crew, StandInActor stand_in = {});

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  // activity_dispatcher.cpp
  void fetch();
  void fetched(provider::Answer<std::vector<provider::WorkerItem>>& answer);
  void adapt_look_ahead();
  void accept(provider::WorkerItem item);
  void place(SharedDelivery delivery);
  [[nodiscard]] std::optional<WorkerId> worker_for_session(const std::string& session);
  void use(WorkerId worker);
  void run_on(WorkerId worker, SharedDelivery delivery);
  void ended(WorkerId worker, provider::LockToken token, ActivityEnded& activity);
  void worker_lost(WorkerId worker, std::optional<provider::LockToken> token);
  void end_of_session_item(const Delivery& delivery);
  void try_again_later();
  void forget_waiting();
  void provider_gone();
  void drain_if_done();

  // activity_results.cpp
  /// Hands the result on to the store.
  void acknowledge(provider::LockToken token, ActivityEnded& activity);
  void result_refused(provider::LockToken token, const ProviderError& error);
  /// The call fails at once.
  void give_up(const Delivery& delivery, ErrorDetails details);
  void set_poisoned_aside(const provider::WorkerItem& item);
  void wait_for_registration(const provider::WorkerItem& item, const NotRegistered& missing);
  void give_back(provider::LockToken token, Milliseconds delay,
                 std::optional<std::string> waiting_for = std::nullopt);
  void abandon(provider::AbandonWorker request);
  /// For a request that must not be lost with its lease still held: if the store refuses it, the item
  /// is given back to be tried again.
  template <class Request>
  void end_lease(Request request);

  // crew_deliveries.cpp
  /// Null for an activity that holds a thread.
  [[nodiscard]] Crew* crew_of(const Delivery& delivery);
  void place_in(Crew& crew, SharedDelivery delivery);
  void run_in(Crew& crew, SharedDelivery delivery);
  /// Takes those that wait, as far as there is room.
  void use_room_in(Crew& crew);
  void end_in(Crew& crew, provider::LockToken token);
  void try_again_elsewhere(provider::LockToken token);
  void refuse_in_session(const provider::WorkerItem& item);

  // stand_in_deliveries.cpp
  [[nodiscard]] bool may_stand_in(const Delivery& delivery) const;
  void begin_on_stand_in();
  void stand_in_lost(WorkerId worker, provider::LockToken token);

  // stint_deliveries.cpp
  [[nodiscard]] bool may_join_stint(const Delivery& delivery) const;
  [[nodiscard]] std::shared_ptr<Stint> make_stint(WorkerId worker);
  void run_stint(std::shared_ptr<Stint> stint);
  SharedDelivery take_ends(Stint& stint);
  void hear_of(Stint& stint);
  void hear_of_stints();
  void hear_of_one(const std::shared_ptr<Stint>& stint);
  void stint_ended(WorkerId worker);
  void stint_lost(WorkerId worker);
  std::shared_ptr<Stint> end_stint(WorkerId worker);
  void take_back_rest(Stint& stint);
  [[nodiscard]] bool is_held_up(const RunningDeliveries::Entry& overdue);
  void take_back_what_is_overtaken();
  [[nodiscard]] SharedDelivery take_from_stints();

  // activity_control.cpp
  void await_cancelled();
  void cancelled(const std::vector<provider::LockToken>& tokens);
  void drop_waiting(const std::unordered_set<provider::LockToken>& tokens);
  bool tell_to_stop(provider::LockToken token);
  void send_progress(SharedDelivery delivery);
  void add_running(WorkerId worker, const SharedDelivery& delivery);
  void watch_start(const SharedDelivery& delivery);
  void watches_start_no_more(const Delivery& delivery);
  [[nodiscard]] bool give_up_if_late(const Delivery& delivery);
  void give_up_waiting(Timestamp now);
  void time_has_passed();
  void leave_behind(const RunningDeliveries::Entry& overdue);
  void replace(WorkerId worker);
  void add_missing_workers();
  void set_alarm();

  SharedEnvironment environment_;
  MakeWorker make_worker_;
  Workers workers_;
  std::size_t missing_workers_ = 0;              ///< that could not be started so far
  std::map<WorkerId, WorkerActor> left_behind_;  ///< end when what they run has returned

  StandInActor stand_in_;  ///< null if there is none
  bool stand_in_works_ = false;
  /// What it is about to be given, and the worker in whose stead.
  std::optional<std::pair<WorkerId, SharedDelivery>> for_stand_in_;

  /// Whether workers are given several activities at once: on an engine thread, which is woken for fewer
  /// of their ends then. Elsewhere every run is to be the same, and how long an activity takes is not.
  bool gives_stints_;
  /// Those that are under way, by worker. What is at work in one is known once its news was taken.
  std::map<WorkerId, std::shared_ptr<Stint>> stints_;

  Crew short_crew_;
  Crew coroutine_crew_;

  std::deque<SharedDelivery> waiting_;  ///< for any worker
  /// Of those that wait anywhere here: by when they must have begun, and their arrival.
  std::map<std::pair<Timestamp, std::uint64_t>, std::weak_ptr<Delivery>> starts_;
  Sessions sessions_;
  RunningDeliveries running_;
  std::uint64_t arrivals_ = 0;

  std::size_t look_ahead_;  ///< how many may wait here beyond the idle workers
  std::size_t ended_since_fetch_ = 0;
  /// The sessions that each request under way leaves out. There is more than one only after such a
  /// session is wanted again.
  std::list<std::vector<std::string>> fetches_;
  bool awaits_cancelled_ = false;
  bool tries_again_ = false;
  std::uint32_t failures_ = 0;

  Backoffs backoffs_;
  Alarm<ActivityDispatcher> alarm_;
  Draining<ActivityDispatcher> draining_;
};

}  // namespace duroxide::runtime
