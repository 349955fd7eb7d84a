#include "upkeep/drop_message.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/rows.hpp"
#include "engine/timer_rows.hpp"
#include "model/encoding.hpp"
#include "model/kinds.hpp"

namespace duroxide::storage {

namespace {

/// Without a start or an answer an instance would wait for ever.
void require_droppable(std::string_view bytes) {
  const auto item = model::decode_work_item(bytes);
  if (item && !model::is_raised(*item)) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "only raised events, messages of queues and updates can be dropped");
  }
}

/// Whoever waits for the answer to an update that is dropped learns of it.
void tell_of_drop(Transaction& transaction, Number number, std::string_view bytes) {
  const auto item = model::decode_work_item(bytes);
  const auto* update = item ? std::get_if<work::UpdateRequest>(&*item) : nullptr;
  if (update == nullptr) {
    return;
  }
  provider::UpdateAnswer answer;
  answer.id = update->id;
  answer.refused = true;
  answer.error = application_error(ErrorKind::orchestration_failed,
                                   "the update was dropped by an operator", update->name);
  transaction.after_applied([&transaction, number, answer = std::move(answer)] {
    transaction.outcome().updates.emplace_back(number, answer);
  });
}

}  // namespace

void drop_message(Transaction& transaction, const management::DropMessage& request) {
  const Number number = transaction.require_instance(request.instance).number;
  bool is_taken = false;
  if (const auto token = transaction.turns().token_of(number)) {
    const auto& taken = transaction.turns().find(*token)->sequences;
    is_taken = std::find(taken.begin(), taken.end(), request.message_id) != taken.end();
  }
  if (is_taken) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the code of the instance `" + request.instance + "` has message " +
                             std::to_string(request.message_id) + " now");
  }
  const auto key = make_key(number, request.message_id);
  for (const Table table : {Table::inbox, Table::kept}) {
    if (const auto bytes = transaction.batch().get(table, key)) {
      require_droppable(*bytes);
      tell_of_drop(transaction, number, *bytes);
      transaction.batch().erase(table, key);
      transaction.after_applied(
          [&transaction, number] { transaction.outcome().touched.insert(number); });
      return;
    }
  }
  for (const std::string& delayed :
       keys_of(transaction.batch(), Table::delayed, make_key(number))) {
    const auto row = TimerRow::parse_delayed(delayed);
    const bool is_it = row && row->execution == 0 && row->id == request.message_id;
    if (const auto bytes =
            is_it ? transaction.batch().get(Table::timers, row->bytes()) : std::nullopt) {
      require_droppable(*bytes);
      erase_timer(transaction, *row);
      return;
    }
  }
  throw StorageFailure(ProviderError::Kind::invalid_input,
                       "no message " + std::to_string(request.message_id) +
                           " waits for the instance `" + request.instance +
                           "`; what its code has taken stands in the history, and a rewind can "
                           "skip it");
}

}  // namespace duroxide::storage
