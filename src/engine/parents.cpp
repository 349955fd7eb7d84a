#include "engine/parents.hpp"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "engine/execution_rows.hpp"
#include "engine/messages.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

void tell_parent(Transaction& transaction, const InstanceRecord& record, ErrorDetails details) {
  if (!record.parent || record.parent->execution_id == 0) {
    return;
  }
  details.came_through(
      {ErrorOrigin::Kind::orchestration, record.orchestration, record.id, record.execution, 0});
  deliver_if_running(transaction,
                     work::SubOrchFailed{record.parent->instance, record.parent->execution_id,
                                         record.parent->event_id, std::move(details)},
                     0);
}

void tell_parent_of_failure(Transaction& transaction, Number number, const InstanceRecord& record) {
  const OrchestrationStatus status = result_of(transaction, number, record);
  if (status.error() != nullptr) {
    tell_parent(transaction, record, *status.error());
  }
}

void tell_parent_of_damage(Transaction& transaction, const ParentLink& parent,
                           const std::string& child, const std::string& orchestration,
                           const std::string& damage) {
  ErrorDetails details;
  details.category = ErrorCategory::infrastructure;
  details.kind = ErrorKind::storage;
  details.message = "the child instance `" + child + "` is damaged: " + damage +
                    "; verify the store, delete the child, and rewind its parent `" +
                    parent.instance + "`";
  details.subject = child;
  details.came_through({ErrorOrigin::Kind::orchestration, orchestration, child, 0, 0});
  deliver_if_running(
      transaction,
      work::SubOrchFailed{parent.instance, parent.execution_id, parent.event_id, details}, 0);
}

void withdraw(Transaction& transaction, Number number,
              const std::function<bool(const WorkItem&)>& is_meant) {
  std::set<std::uint64_t> with_the_code;
  if (const auto token = transaction.turns().token_of(number)) {
    const auto& sequences = transaction.turns().find(*token)->sequences;
    with_the_code.insert(sequences.begin(), sequences.end());
  }
  std::vector<std::string> rows;
  transaction.batch().scan(
      Table::inbox, make_key(number), [&](std::string_view key, std::string_view bytes) {
        const auto item = model::decode_work_item(bytes);
        if (item && is_meant(*item) && !with_the_code.contains(number_at(key, 8))) {
          rows.emplace_back(key);
        }
        return true;
      });
  for (const std::string& row : rows) {
    transaction.batch().erase(Table::inbox, row);
  }
}

}  // namespace duroxide::storage
