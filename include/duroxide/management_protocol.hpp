#pragma once

/// The second, optional interface of a store: what management asks. Only those who write a store of
/// their own need it; management_messages.hpp has the requests.

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <duroxide/detail/api.hpp>
#include <duroxide/detail/caf.hpp>
#include <duroxide/management_messages.hpp>
#include <duroxide/provider.hpp>

namespace duroxide::DUROXIDE_ABI::management {

/// Requests that each have one response.
template <class... Requests>
struct RequestList {
  using Actor = actors::Actor<actors::Replies<Requests, typename Requests::Response>...>;
  using Behavior = typename Actor::behavior_type;

  /// A behaviour of `handlers`, each for one of the requests, that answers `not_available` to all the
  /// others. A handler takes its request by value or by reference, and returns the response or a
  /// promise of it.
  template <class... Handlers>
  [[nodiscard]] static Behavior answer_only(Handlers... handlers) {
    static_assert(
        (takes_one_request<Handlers>() && ...),
        "each handler takes exactly one of the requests; a generic lambda takes them all");
    return std::apply([](auto... all) { return Behavior{std::move(all)...}; },
                      std::tuple_cat(std::tuple<Handlers...>(std::move(handlers)...),
                                     refusal_of<Requests, Handlers...>()...));
  }

 private:
  template <class Handler>
  [[nodiscard]] static constexpr bool takes_one_request() {
    return (std::size_t{0} + ... + (std::is_invocable_v<Handler&, Requests&> ? 1U : 0U)) == 1;
  }
  template <class Request, class... Handlers>
  [[nodiscard]] static auto refusal_of() {
    if constexpr ((std::is_invocable_v<Handlers&, Request&> || ...)) {
      return std::tuple<>();
    } else {
      const auto refuse = [](const Request&) ->
          typename Request::Response { return failure(not_available()); };
      return std::tuple(refuse);
    }
  }
};

/// Everything that is asked of management.
using Requests =
    RequestList<ListInstances, ListPage, CountInstances, GetInstanceCounts, GetInstanceInfo,
                GetInstanceDetails, ListExecutions, GetExecutionInfo, ReadExecutionHistory,
                GetQueueDepths, GetSystemMetrics, GetMetricFamilies, GetSystemHealth,
                ListPendingActivities, ListMessages, ListQuarantined, ListStuck, ListPaused,
                GetInstanceTree, ExportInstance, VerifyStore, BackupStore, DeleteInstances,
                DeleteTrees, PruneExecutions, PruneInstances, Pause, TerminateInstance, DropMessage,
                RewindInstance, ForkInstance, ImportInstance, SubscribeChanges, AwaitChanges,
                UnsubscribeChanges>;

}  // namespace duroxide::DUROXIDE_ABI::management

namespace duroxide::DUROXIDE_ABI {

/// The optional second interface of a store. Its reads never pass through the writer.
using ManagementActor = management::Requests::Actor;
/// Other names for it.
using ManagementProvider = ManagementActor;
using ManagementCapability = ManagementActor;

namespace management {

/// What the actor of a store returns that offers only a part of management:
///
///     ManagementActor::behavior_type behavior() {
///       return duroxide::management::answer_only(
///           [](const management::GetQueueDepths&) -> management::Answer<QueueDepths> { … });
///     }
///
/// Whatever has no handler is answered with `not_available`, which a client gets as
/// `management_not_available`.
template <class... Handlers>
[[nodiscard]] ManagementActor::behavior_type answer_only(Handlers... handlers) {
  return Requests::answer_only(std::move(handlers)...);
}

}  // namespace management

/// A store made of actors of one's own. `management` may be null. When the last copy of the store
/// is dropped, `on_close` is called; by default both actors are sent an exit.
[[nodiscard]] DUROXIDE_CAF Store make_store(ActorSystem system, std::shared_ptr<Clock> clock,
                                            ProviderActor provider, ManagementActor management,
                                            std::function<void()> on_close = {});

/// The second actor behind a store; null if it offers no management.
[[nodiscard]] DUROXIDE_CAF const ManagementActor& management_of(const Store& store);

}  // namespace duroxide::DUROXIDE_ABI

DUROXIDE_MESSAGE(duroxide::management::ListInstances)
DUROXIDE_MESSAGE(duroxide::management::ListPage)
DUROXIDE_MESSAGE(duroxide::management::CountInstances)
DUROXIDE_MESSAGE(duroxide::management::GetInstanceCounts)
DUROXIDE_MESSAGE(duroxide::management::GetInstanceInfo)
DUROXIDE_MESSAGE(duroxide::management::GetInstanceDetails)
DUROXIDE_MESSAGE(duroxide::management::ListExecutions)
DUROXIDE_MESSAGE(duroxide::management::GetExecutionInfo)
DUROXIDE_MESSAGE(duroxide::management::ReadExecutionHistory)
DUROXIDE_MESSAGE(duroxide::management::GetQueueDepths)
DUROXIDE_MESSAGE(duroxide::management::GetSystemMetrics)
DUROXIDE_MESSAGE(duroxide::management::GetMetricFamilies)
DUROXIDE_MESSAGE(duroxide::management::GetSystemHealth)
DUROXIDE_MESSAGE(duroxide::management::ListPendingActivities)
DUROXIDE_MESSAGE(duroxide::management::ListMessages)
DUROXIDE_MESSAGE(duroxide::management::ListQuarantined)
DUROXIDE_MESSAGE(duroxide::management::ListStuck)
DUROXIDE_MESSAGE(duroxide::management::ListPaused)
DUROXIDE_MESSAGE(duroxide::management::GetInstanceTree)
DUROXIDE_MESSAGE(duroxide::management::ExportInstance)
DUROXIDE_MESSAGE(duroxide::management::VerifyStore)
DUROXIDE_MESSAGE(duroxide::management::BackupStore)
DUROXIDE_MESSAGE(duroxide::management::DeleteInstances)
DUROXIDE_MESSAGE(duroxide::management::DeleteTrees)
DUROXIDE_MESSAGE(duroxide::management::PruneExecutions)
DUROXIDE_MESSAGE(duroxide::management::PruneInstances)
DUROXIDE_MESSAGE(duroxide::management::Pause)
DUROXIDE_MESSAGE(duroxide::management::TerminateInstance)
DUROXIDE_MESSAGE(duroxide::management::DropMessage)
DUROXIDE_MESSAGE(duroxide::management::RewindInstance)
DUROXIDE_MESSAGE(duroxide::management::ForkInstance)
DUROXIDE_MESSAGE(duroxide::management::ImportInstance)
DUROXIDE_MESSAGE(duroxide::management::SubscribeChanges)
DUROXIDE_MESSAGE(duroxide::management::AwaitChanges)
DUROXIDE_MESSAGE(duroxide::management::UnsubscribeChanges)
