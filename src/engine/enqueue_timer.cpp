#include "engine/enqueue_timer.hpp"

#include "engine/timer_rows.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

void enqueue_timer(Transaction& transaction, const provider::EnqueueTimerWork& request) {
  const auto number = transaction.instances().find(request.item.instance);
  const auto record = number ? transaction.instances().load(*number) : std::nullopt;
  if (!record) {
    throw StorageFailure(ProviderError::Kind::instance_not_found,
                         "there is no instance `" + request.item.instance + "`");
  }
  if (record->status != ExecutionStatus::running) {
    throw StorageFailure(ProviderError::Kind::instance_finished,
                         "the instance `" + request.item.instance + "` has ended");
  }
  add_delayed(transaction,
              {request.item.fire_at, *number, request.item.execution_id, request.item.id},
              model::encode_work_item_shared(request.item));
}

}  // namespace duroxide::storage
