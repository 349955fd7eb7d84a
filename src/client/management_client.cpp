#include <duroxide/management.hpp>

#include <utility>

#include <duroxide/provider.hpp>

#include "client/blocking.hpp"
#include "client/client_actor.hpp"
#include "client/client_errors.hpp"

namespace duroxide {

using client::block;

struct ManagementClient::Impl {
  explicit Impl(Store used_store) : store(std::move(used_store)) {
    if (store.has_management()) {
      actor = client::spawn_management_client_actor(management_of(store));
      writer = client::spawn_client_actor(provider_of(store));
    }
  }
  ~Impl() {
    if (actor) {
      actors::send_from_outside(actor, client::Close{});
      actors::send_from_outside(writer, client::Close{});
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The blocking form of what `start` does with a callback.
  template <class T, class Start>
  [[nodiscard]] Answer<T> wait_for(const Start& start) const {
    if (!actor) {
      return failure(client::no_management());
    }
    return block<Answer<T>>(actor.home_system(), start);
  }

  /// Sends `request` by way of `target`, unless `problem` says what is wrong with it.
  template <class Target, class Request, class Outcome>
  void call(const Target& target, client::Problem problem, Request request,
            std::function<void(Outcome)> on_answer) const {
    using StoreAnswer = typename client::AnswerOf<Request>::Type;
    if (!target) {
      on_answer(failure(client::no_management()));  // there is no thread of the engine's to ask
    } else if (problem) {
      actors::send_from_outside(
          target, client::RunLater{[on_answer = std::move(on_answer), error = std::move(*problem)] {
            on_answer(failure(error));
          }});
    } else {
      actors::send_from_outside(
          target, client::Call<Request>{std::move(request),
                                        [on_answer = std::move(on_answer)](StoreAnswer answer) {
                                          on_answer(to_client<Request>(std::move(answer)));
                                        }});
    }
  }

  template <class Request, class StoreAnswer>
  [[nodiscard]] static auto to_client(StoreAnswer answer) {
    auto outcome = client::outcome(std::move(answer));
    // Everything that this request could have wrong was checked, but for the execution's number.
    if (std::is_same_v<Request, management::ReadExecutionHistory> && !outcome &&
        outcome.error().kind == ClientError::Kind::invalid_input) {
      outcome.error().kind = ClientError::Kind::execution_not_found;
    }
    return outcome;
  }

  Store store;
  // Null if the store offers no management.
  client::ManagementClientActor actor;
  client::ClientActor writer;  ///< management itself only reads
};

ManagementClient::ManagementClient(Store store) : impl_(std::make_shared<Impl>(std::move(store))) {}

ManagementClient::~ManagementClient() = default;

void ManagementClient::list_instances(const InstanceFilter& filter,
                                      OnAnswer<std::vector<InstanceSummary>> on_answer) const {
  impl_->call(impl_->actor, client::check_filter(filter), management::ListInstances{filter},
              std::move(on_answer));
}

ManagementClient::Answer<std::vector<InstanceSummary>> ManagementClient::list_instances(
    const InstanceFilter& filter) const {
  return impl_->wait_for<std::vector<InstanceSummary>>(
      [&](auto on_answer) { list_instances(filter, std::move(on_answer)); });
}

ManagementClient::Answer<std::vector<std::string>> ManagementClient::list_all_instances() const {
  auto summaries = list_instances();
  if (!summaries) {
    return failure(std::move(summaries).error());
  }
  std::vector<std::string> ids;
  ids.reserve(summaries->size());
  for (InstanceSummary& summary : *summaries) {
    ids.push_back(std::move(summary.instance_id));
  }
  return ids;
}

void ManagementClient::get_instance_info(std::string_view instance,
                                         OnAnswer<InstanceInfo> on_answer) const {
  impl_->call(impl_->actor, client::check_instance(instance),
              management::GetInstanceInfo{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<InstanceInfo> ManagementClient::get_instance_info(
    std::string_view instance) const {
  return impl_->wait_for<InstanceInfo>(
      [&](auto on_answer) { get_instance_info(instance, std::move(on_answer)); });
}

void ManagementClient::list_executions(std::string_view instance,
                                       OnAnswer<std::vector<std::uint64_t>> on_answer) const {
  impl_->call(impl_->actor, client::check_instance(instance),
              management::ListExecutions{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<std::uint64_t>> ManagementClient::list_executions(
    std::string_view instance) const {
  return impl_->wait_for<std::vector<std::uint64_t>>(
      [&](auto on_answer) { list_executions(instance, std::move(on_answer)); });
}

void ManagementClient::read_execution_history(std::string_view instance, std::uint64_t execution_id,
                                              OnAnswer<std::vector<Event>> on_answer) const {
  impl_->call(impl_->actor, client::check_instance(instance),
              management::ReadExecutionHistory{std::string(instance), execution_id},
              std::move(on_answer));
}

ManagementClient::Answer<std::vector<Event>> ManagementClient::read_execution_history(
    std::string_view instance, std::uint64_t execution_id) const {
  return impl_->wait_for<std::vector<Event>>([&](auto on_answer) {
    read_execution_history(instance, execution_id, std::move(on_answer));
  });
}

void ManagementClient::list_pending_activities(
    std::string_view instance, OnAnswer<std::vector<PendingActivity>> on_answer) const {
  impl_->call(impl_->actor, client::check_instance(instance),
              management::ListPendingActivities{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<PendingActivity>> ManagementClient::list_pending_activities(
    std::string_view instance) const {
  return impl_->wait_for<std::vector<PendingActivity>>(
      [&](auto on_answer) { list_pending_activities(instance, std::move(on_answer)); });
}

void ManagementClient::list_quarantined(OnAnswer<std::vector<QuarantinedItem>> on_answer) const {
  impl_->call(impl_->actor, std::nullopt, management::ListQuarantined{}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<QuarantinedItem>> ManagementClient::list_quarantined() const {
  return impl_->wait_for<std::vector<QuarantinedItem>>(
      [&](auto on_answer) { list_quarantined(std::move(on_answer)); });
}

void ManagementClient::release_from_quarantine(std::string_view instance,
                                               OnAnswer<std::uint64_t> on_answer) const {
  impl_->call(impl_->writer, client::check_instance(instance),
              provider::ReleaseFromQuarantine{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::uint64_t> ManagementClient::release_from_quarantine(
    std::string_view instance) const {
  return impl_->wait_for<std::uint64_t>(
      [&](auto on_answer) { release_from_quarantine(instance, std::move(on_answer)); });
}

void ManagementClient::get_queue_depths(OnAnswer<QueueDepths> on_answer) const {
  impl_->call(impl_->actor, std::nullopt, management::GetQueueDepths{}, std::move(on_answer));
}

ManagementClient::Answer<QueueDepths> ManagementClient::get_queue_depths() const {
  return impl_->wait_for<QueueDepths>(
      [&](auto on_answer) { get_queue_depths(std::move(on_answer)); });
}

}  // namespace duroxide
