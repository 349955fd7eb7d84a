#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/backoff.hpp"
#include "runtime/draining.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"
#include "runtime/residents.hpp"

namespace duroxide::runtime {

/// Fetches instances that have messages, as many as there is room for, hands each to its
/// orchestrator, and decides which orchestrators stay in memory.
class OrchestrationDispatcher final : public OrchestrationDispatcherActor::base {
 public:
  using MakeOrchestrator = std::function<OrchestratorActor(const std::string& instance)>;

  OrchestrationDispatcher(caf::actor_config& config, SharedEnvironment environment,
                          MakeOrchestrator make_orchestrator);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  void fetch();
  void fetched(provider::Answer<std::vector<provider::OrchestrationItem>>& answer);
  void dispatch(provider::OrchestrationItem item);
  void turn_ended(const std::string& instance, std::uint64_t generation, provider::LockToken token,
                  const TurnEnded& ended);
  void orchestrator_lost(const std::string& instance, std::uint64_t generation,
                         provider::LockToken token);
  void one_turn_less();
  void wait_for_registration(const std::string& instance, provider::LockToken token,
                             const NotRegistered& missing);
  void ask_for_history(const std::string& instance, provider::LockToken token);

  void let_go(const std::string& instance);
  void evict(const std::string& instance);
  void evict_over_limit();
  void evict_idle();
  void arm_sweep();

  void abandon(provider::AbandonOrchestrationItem request);
  void provider_gone();
  void drain_if_done();
  void finish();

  SharedEnvironment environment_;
  MakeOrchestrator make_orchestrator_;
  Residents residents_;
  Backoffs backoffs_;
  std::shared_ptr<void> clock_subscription_;

  std::size_t turns_under_way_ = 0;
  bool fetch_under_way_ = false;
  std::uint32_t failed_fetches_ = 0;
  bool sweep_armed_ = false;

  Draining<OrchestrationDispatcher> draining_;
};

}  // namespace duroxide::runtime
