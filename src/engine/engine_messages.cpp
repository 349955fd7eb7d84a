// Messages on their way into the inboxes of instances.

#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "engine/pause.hpp"
#include "model/encoding.hpp"
#include "model/ids.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

void check_delay(const std::optional<Milliseconds>& delay) {
  if (delay && *delay < Milliseconds::zero()) {
    throw StorageFailure(Kind::invalid_input, "the delay is negative");
  }
}

void require_same_start(const InstanceRecord& record, const work::StartOrchestration& start) {
  const auto refuse_start = [&](const std::string& why) {
    throw StorageFailure(Kind::instance_already_exists,
                         "the instance `" + start.instance + "` exists already, and " + why);
  };
  if (record.start_digest == 0) {
    refuse_start(
        "it is not known what it was started with: it was imported or forked, or started by an "
        "earlier release. Look at it, and ask for it with `use_existing` if it will do");
  }
  if (record.start_digest != model::digest_of_start(start.orchestration, start.input)) {
    refuse_start(
        "it was started as another orchestration or with another input. Use another id, or "
        "`use_existing` to take it whatever it is");
  }
  if (start.version && record.start_version != *start.version) {
    refuse_start("it was started " +
                 (record.start_version.empty() ? std::string("without a version, and has not begun")
                                               : "in version " + record.start_version) +
                 ", not in " + *start.version);
  }
}

/// Answers that are worth nothing to a later execution. A child's answer is: its parent learns of
/// it whatever execution that is in.
std::uint64_t bound_execution(const WorkItem& item) {
  const auto answer = model::answer_in(item);
  return answer && model::errand_of(answer->step) != model::Errand::child ? answer->execution_id
                                                                          : 0;
}

}  // namespace

void Engine::enqueue(const provider::EnqueueOrchestratorWork& request, DoneReply reply) {
  apply("enqueue_orchestrator_work", std::move(reply), [&] {
    check_delay(request.delay);
    if (const auto* start = std::get_if<work::StartOrchestration>(&request.item)) {
      if (accept_start(transaction_, *start, request.delay) && !request.use_existing) {
        throw StorageFailure(Kind::instance_already_exists,
                             "the instance `" + start->instance + "` exists already");
      }
    } else {
      accept_message(transaction_, request.item, request.delay);
    }
  });
}

void Engine::start_or_find(const provider::StartOrFind& request,
                           Reply<provider::Answer<provider::StartedOrFound>> reply) {
  apply_for<provider::StartedOrFound>("start_or_find", std::move(reply), [&] {
    check_delay(request.delay);
    const auto found = accept_start(transaction_, request.start, request.delay);
    if (found && request.same_input) {
      const auto record = instances_.load(*found);
      require_same_start(record.value_or(InstanceRecord()), request.start);
    }
    return provider::StartedOrFound{!found};
  });
}

void Engine::deliver_from_turn(const WorkItem& item) {
  if (answer_from_store(transaction_, item)) {
    return;
  }
  const auto* start = std::get_if<work::StartOrchestration>(&item);
  if (start == nullptr) {
    check_message(item);
    // To a damaged instance it is lost, as to one that is gone, and the sender goes on.
    if (!transaction_.unless_damaged(target_instance(item), [&] {
          deliver_if_running(transaction_, item, bound_execution(item));
        })) {
      log(LogLevel::warn, "a message that another instance sent to it is dropped",
          target_instance(item));
    }
    return;
  }
  check_start(*start);
  Children children;
  children.try_again = true;
  start_child(*start, children);
  rewind_children(children);
}

}  // namespace duroxide::storage
