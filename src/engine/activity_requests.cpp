#include "engine/activity_requests.hpp"

#include <string>
#include <utility>

#include "engine/activity_rows.hpp"
#include "engine/messages.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

template <class Item>
bool ends(const Item& item, const provider::ActivityReference& activity) {
  return item.instance == activity.instance && item.execution_id == activity.execution_id &&
         item.id == activity.event_id;
}

std::string describe_activity(const provider::ActivityReference& activity) {
  return "activity " + std::to_string(activity.event_id) + " of execution " +
         std::to_string(activity.execution_id) + " of the instance `" + activity.instance + "`";
}

[[noreturn]] void throw_no_activity(const provider::ActivityReference& activity) {
  throw StorageFailure(
      ProviderError::Kind::activity_not_found,
      "there is no " + describe_activity(activity) + ": it has ended, was cancelled, or never was");
}

void check_completion(const provider::CompleteActivity& request) {
  const auto* completed = std::get_if<work::ActivityCompleted>(&request.completion);
  const auto* failed = std::get_if<work::ActivityFailed>(&request.completion);
  if (completed == nullptr && failed == nullptr) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "an activity completes or fails, nothing else");
  }
  if (completed != nullptr ? !ends(*completed, request.activity)
                           : !ends(*failed, request.activity)) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the completion is not that of " + describe_activity(request.activity) +
                             ", which it is to end");
  }
  if (completed != nullptr) {
    require(model::check_payload("result", completed->result));
  }
}

WorkKey find_activity(Transaction& transaction, const provider::ActivityReference& activity) {
  if (const auto number = transaction.instances().find(activity.instance)) {
    const WorkKey key{*number, activity.execution_id, activity.event_id};
    const auto record = transaction.instances().load(*number);
    if (record && record->incarnation == activity.incarnation &&
        transaction.batch().contains(Table::work, key.bytes())) {
      return key;
    }
  }
  throw_no_activity(activity);
}

WorkKey find_leased(Transaction& transaction, provider::LockToken token,
                    const provider::ActivityReference& activity) {
  const WorkLease* lease = transaction.work().find(token);
  if (lease == nullptr) {
    throw_no_activity(activity);
  }
  return lease->work.key;
}

}  // namespace

void heartbeat(Transaction& transaction, const provider::Heartbeat& request) {
  require(model::check_heartbeat(request.details));
  const WorkKey key = request.lock_token
                          ? find_leased(transaction, *request.lock_token, request.activity)
                          : find_activity(transaction, request.activity);
  transaction.batch().put(Table::progress, key.bytes(),
                          encode_progress(ProgressRecord{request.details, transaction.now()}));
}

void complete_activity(Transaction& transaction, const provider::CompleteActivity& request) {
  check_completion(request);
  const WorkKey key = find_activity(transaction, request.activity);
  deliver_if_running(transaction, request.completion, key.execution);
  remove_work(transaction, key, false);
}

void await_cancelled_work(Transaction& transaction, Holder holder,
                          const provider::AwaitCancelledWork& /*request*/,
                          CancelledWork::TokensReply reply) {
  transaction.cancelled().await(holder, std::move(reply));
}

}  // namespace duroxide::storage
