// What concerns single activities: heartbeats, completion from outside, cancellation.

#include <utility>

#include "engine/engine.hpp"
#include "model/invariant.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

template <class Item>
bool ends(const Item& item, const provider::ActivityReference& activity) {
  return item.instance == activity.instance && item.execution_id == activity.execution_id &&
         item.id == activity.event_id;
}

std::string describe(const provider::ActivityReference& activity) {
  return "activity " + std::to_string(activity.event_id) + " of execution " +
         std::to_string(activity.execution_id) + " of the instance `" + activity.instance + "`";
}

[[noreturn]] void throw_no_activity(const provider::ActivityReference& activity) {
  throw StorageFailure(Kind::activity_not_found, "there is no " + describe(activity) +
                                                     ": it has ended, was cancelled, or never was");
}

void check_completion(const provider::CompleteActivity& request) {
  const auto* completed = std::get_if<work::ActivityCompleted>(&request.completion);
  const auto* failed = std::get_if<work::ActivityFailed>(&request.completion);
  if (completed == nullptr && failed == nullptr) {
    throw StorageFailure(Kind::invalid_input, "an activity completes or fails, nothing else");
  }
  if (completed != nullptr ? !ends(*completed, request.activity)
                           : !ends(*failed, request.activity)) {
    throw StorageFailure(
        Kind::invalid_input,
        "the completion is not that of " + describe(request.activity) + ", which it is to end");
  }
  if (completed != nullptr) {
    require(model::check_payload("result", completed->result));
  }
}

}  // namespace

void Engine::await_cancelled_work(Holder holder, TokensReply reply) {
  if (stopped_) {
    reply(failure(closed_error("await_cancelled_work")));
    return;
  }
  cancelled_.await(holder, std::move(reply));
}

WorkKey Engine::find_activity(const provider::ActivityReference& activity) {
  if (const auto number = instances_.find(activity.instance)) {
    const WorkKey key{*number, activity.execution_id, activity.event_id};
    const auto record = instances_.load(*number);
    if (record && record->incarnation == activity.incarnation &&
        batch_.contains(Table::work, key.bytes())) {
      return key;
    }
  }
  throw_no_activity(activity);
}

WorkKey Engine::find_leased(provider::LockToken token,
                            const provider::ActivityReference& activity) {
  const WorkLease* lease = work_.find(token);
  if (lease == nullptr) {
    throw_no_activity(activity);
  }
  return lease->work.key;
}

void Engine::heartbeat(const provider::Heartbeat& request, DoneReply reply) {
  apply("heartbeat", std::move(reply), [&] {
    require(model::check_heartbeat(request.details));
    const WorkKey key = request.lock_token ? find_leased(*request.lock_token, request.activity)
                                           : find_activity(request.activity);
    batch_.put(Table::progress, key.bytes(),
               encode_progress(ProgressRecord{request.details, clock_->now()}));
  });
}

void Engine::complete_activity(const provider::CompleteActivity& request, DoneReply reply) {
  apply("complete_activity", std::move(reply), [&] {
    check_completion(request);
    const WorkKey key = find_activity(request.activity);
    deliver_if_running(transaction_, request.completion, key.execution);
    remove_work(transaction_, key, false);
  });
}

}  // namespace duroxide::storage
