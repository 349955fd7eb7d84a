#include "engine/change_notes.hpp"

#include <utility>

namespace duroxide::storage {

namespace {

ChangeKind kind_of_end(const InstanceRecord& record) {
  if (record.status == ExecutionStatus::completed) {
    return ChangeKind::completed;
  }
  return record.status == ExecutionStatus::cancelled ? ChangeKind::cancelled : ChangeKind::failed;
}

}  // namespace

void note_change(Transaction& transaction, ChangeKind kind, const InstanceRecord& record) {
  if (!transaction.feed().wants(kind)) {
    return;
  }
  StatusChange change{kind,
                      record.id,
                      record.orchestration,
                      record.execution,
                      record.event_count,
                      transaction.now()};
  transaction.after_applied(
      [&transaction, change = std::move(change)] { transaction.feed().note(change); });
}

void note_end(Transaction& transaction, const InstanceRecord& record) {
  note_change(transaction, kind_of_end(record), record);
}

}  // namespace duroxide::storage
