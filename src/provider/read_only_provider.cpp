#include "provider/read_only_provider.hpp"

#include <utility>

#include "engine/instances.hpp"
#include "engine/reads.hpp"
#include "engine/values.hpp"
#include "engine/waits.hpp"
#include "model/limits.hpp"
#include "provider/committed_reader.hpp"

namespace duroxide::storage {

namespace {

using namespace provider;

[[noreturn]] void refuse(std::string why) {
  throw StorageFailure(ProviderError::Kind::read_only, std::move(why));
}

[[noreturn]] void refuse_wait() {
  refuse(
      "the store was opened for reading only, so nobody runs on it and nothing happens in it; open "
      "it with `LmdbProvider::open` and start a runtime to wait");
}

class ReadOnlyProvider final : public WriterActor::base {
 public:
  ReadOnlyProvider(caf::actor_config& config, std::shared_ptr<KvStore> store,
                   std::function<void()> on_closed)
      : WriterActor::base(config), store_(std::move(store)), on_closed_(std::move(on_closed)) {}

  const char* name() const override { return "duroxide.provider.read_only"; }

  void on_exit() override {
    store_->close();
    if (on_closed_) {
      std::exchange(on_closed_, nullptr)();
    }
  }

 protected:
  behavior_type make_behavior() override;

 private:
  [[nodiscard]] Answer<OrchestrationStatus> decided_status(const WaitForStatus& request) const;
  [[nodiscard]] Answer<OrchestrationStatus> known_status(const WaitForStart& request) const;
  [[nodiscard]] Answer<std::optional<StoredValue>> decided_value(const WaitForValue& request) const;

  /// Answers a request with a refusal.
  template <class Request, class Response>
  [[nodiscard]] static auto refused() {
    return [](const Request&) -> Response {
      return failure(make_error(ProviderError::Kind::read_only, {},
                                "the store was opened for reading only; to change it, open it with "
                                "`LmdbProvider::open`"));
    };
  }
  template <class Request>
  [[nodiscard]] static auto refused_action() {
    return refused<Request, typename Request::Response>();
  }

  std::shared_ptr<KvStore> store_;
  std::function<void()> on_closed_;
};

Answer<OrchestrationStatus> ReadOnlyProvider::decided_status(const WaitForStatus& request) const {
  return answer_of<OrchestrationStatus>("wait_for_status", [&]() -> OrchestrationStatus {
    const auto view = store_->snapshot();
    const auto number = find_number(*view, request.instance);
    if (!number) {
      return {};
    }
    auto now = load_status(*view, *number);
    if (!StatusWait{request.after_custom_status, {}}.is_over(now)) {
      refuse_wait();
    }
    return now;
  });
}

Answer<OrchestrationStatus> ReadOnlyProvider::known_status(const WaitForStart& request) const {
  return answer_of<OrchestrationStatus>("wait_for_start", [&] {
    require(model::check_instance_id(request.instance));
    const auto view = store_->snapshot();
    const auto number = find_number(*view, request.instance);
    const auto record = number ? load_instance(*view, *number) : std::nullopt;
    if (!record || (request.first_turn && !record->has_begun())) {
      refuse_wait();
    }
    return load_status(*view, *number);
  });
}

Answer<std::optional<StoredValue>> ReadOnlyProvider::decided_value(
    const WaitForValue& request) const {
  return answer_of<std::optional<StoredValue>>(
      "wait_for_value", [&]() -> std::optional<StoredValue> {
        require(model::check_key(request.key));
        const auto view = store_->snapshot();
        const auto number = find_number(*view, request.instance);
        if (!number) {
          return std::nullopt;
        }
        auto now = load_value(*view, *number, request.key);
        if (ValueWait{request.key, request.after_version, {}}.is_over(now)) {
          return now;
        }
        const auto record = load_instance(*view, *number);
        if (record && record->status == ExecutionStatus::running) {
          refuse_wait();
        }
        return std::nullopt;
      });
}

ReadOnlyProvider::behavior_type ReadOnlyProvider::make_behavior() {
  return {
      [this](const Read& request) { return seen(*store_, "read", request, read_history); },
      [this](const GetStatus& request) { return seen(*store_, "get_status", request, get_status); },
      [this](const WaitForStatus& request) { return decided_status(request); },
      [this](const WaitForStart& request) { return known_status(request); },
      [this](const GetValue& request) { return seen(*store_, "get_value", request, get_value); },
      [this](const GetValues& request) { return seen(*store_, "get_values", request, get_values); },
      [this](const WaitForValue& request) { return decided_value(request); },
      [](const SupportsDelayedVisibility&) { return true; },
      // Nobody has anything here that could be given back.
      [](const StopWaiting&) {},
      [](const ReleaseInstance&) {},
      [](const ReleaseSessions&) {},
      [](const ReleaseHolder&) { return Done{}; },
      refused<FetchOrchestrationItem, Answer<std::vector<OrchestrationItem>>>(),
      refused<AckOrchestrationItem, Done>(),
      refused<AbandonOrchestrationItem, Done>(),
      refused<DequeueWorkerPeekLock, Answer<std::vector<WorkerItem>>>(),
      refused<AckWorker, Done>(),
      refused<EnqueueOrchestratorWork, Done>(),
      refused<StartOrFind, Answer<StartedOrFound>>(),
      refused<AskUpdate, Answer<std::optional<UpdateAnswer>>>(),
      refused<AskQuery, Answer<std::optional<UpdateAnswer>>>(),
      refused<StartAndRaise, Answer<StartedOrFound>>(),
      refused<StartAndAsk, Answer<StartedAndAnswered>>(),
      refused<EnqueueTimerWork, Done>(),
      refused<DequeueTimerPeekLock, Answer<DueTimers>>(),
      refused<AckTimer, Done>(),
      refused<AbandonWorker, Done>(),
      refused<ReleaseFromQuarantine, Answer<std::uint64_t>>(),
      refused<AwaitCancelledWork, Answer<std::vector<LockToken>>>(),
      refused<Heartbeat, Done>(),
      refused<CompleteActivity, Done>(),
      refused_action<management::DeleteInstances>(),
      refused_action<management::DeleteTrees>(),
      refused_action<management::PruneExecutions>(),
      refused_action<management::PruneInstances>(),
      refused_action<management::Pause>(),
      refused_action<management::TerminateInstance>(),
      refused_action<management::DropMessage>(),
      refused_action<management::RewindInstance>(),
      refused_action<management::ForkInstance>(),
      refused_action<management::ImportInstance>(),
      refused_action<management::SubscribeChanges>(),
      refused_action<management::AwaitChanges>(),
      refused_action<management::UnsubscribeChanges>(),
  };
}

}  // namespace

WriterActor spawn_read_only_provider(caf::actor_system& system, std::shared_ptr<KvStore> store,
                                     std::function<void()> on_closed) {
  if (actors::is_deterministic(system)) {
    return system.spawn<ReadOnlyProvider>(std::move(store), std::move(on_closed));
  }
  return system.spawn<ReadOnlyProvider, actors::own_thread>(std::move(store), std::move(on_closed));
}

}  // namespace duroxide::storage
