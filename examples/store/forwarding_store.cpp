// A store of one's own, as small as can be: it hands every request to a store in memory, which answers in
// its place. With FORGETFUL in the environment it loses the keys of events and of messages, which the suite
// must find.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/management_protocol.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/provider.hpp>

#include "conformance/stores.hpp"

using namespace duroxide;
using namespace duroxide::provider;

namespace {

class Forwarding final : public ProviderActor::base {
 public:
  Forwarding(caf::actor_config& config, ProviderActor inner)
      : ProviderActor::base(config),
        inner_(std::move(inner)),
        is_forgetful_(std::getenv("FORGETFUL") != nullptr) {}

  behavior_type make_behavior() override {
    // Who has asked stays the sender, so leases and waits are theirs.
    return forward_all<
        FetchOrchestrationItem, AckOrchestrationItem, AbandonOrchestrationItem, Read,
        DequeueWorkerPeekLock, AckWorker, EnqueueOrchestratorWork, SupportsDelayedVisibility,
        EnqueueTimerWork, DequeueTimerPeekLock, AckTimer, AbandonWorker, ReleaseInstance,
        ReleaseHolder, GetStatus, WaitForStatus, GetValue, GetValues, WaitForValue, StopWaiting,
        ReleaseFromQuarantine, ReleaseSessions, AwaitCancelledWork, Heartbeat, CompleteActivity,
        StartOrFind, AskUpdate, AskQuery, StartAndRaise, StartAndAsk, WaitForStart>();
  }

 private:
  template <class... Requests>
  behavior_type forward_all() {
    return {[this](const Requests& request) { return forward(request); }...};
  }

  template <class Request>
  auto forward(Request request) {
    if constexpr (std::is_same_v<Request, EnqueueOrchestratorWork>) {
      if (is_forgetful_) {
        request.key.reset();
      }
    }
    return delegate(inner_, std::move(request));
  }

  ProviderActor inner_;
  bool is_forgetful_;
};

Store open_forwarding(ActorSystem system, std::shared_ptr<Clock> clock,
                      const std::filesystem::path& /*directory*/) {
  auto inner = std::make_shared<std::optional<Store>>(
      MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system).log_sink({})));
  const ProviderActor forwarding = actor_system_of(system).spawn<Forwarding>(provider_of(**inner));
  const auto close = [inner, forwarding] {
    actors::stop(forwarding);
    inner->reset();
  };
  return make_store(std::move(system), std::move(clock), forwarding, management_of(**inner), close);
}

}  // namespace

// [conformance-stores]
std::vector<conformance::StoreUnderTest> conformance::stores() {
  return {{"forwarding", open_forwarding, false}};  // false: it forgets when it is closed
}
// [/conformance-stores]
