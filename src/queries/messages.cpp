// What an instance has been sent and its code has not seen.

#include "engine/deadline.hpp"
#include "model/encoding.hpp"
#include "model/shown_steps.hpp"
#include "queries/describe.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

void add_message(std::vector<InstanceMessage>& messages, Table table, std::string_view key,
                 std::string_view bytes, std::uint64_t id, MessagePlace place) {
  const auto item = require_readable(table, key, model::decode_work_item(bytes));
  messages.push_back(model::shown_message(id, place, item));
}

void add_rows(const ReadView& view, Table table, Number number, MessagePlace place,
              std::vector<InstanceMessage>& messages) {
  const auto prefix = make_key(number);
  const auto cursor = view.cursor(table);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix);
       more = cursor->next()) {
    add_message(messages, table, cursor->key(), cursor->value(), number_at(cursor->key(), 8),
                place);
  }
}

void add_delayed_rows(const ReadView& view, Number number, std::vector<InstanceMessage>& messages) {
  const auto prefix = make_key(number);
  const auto cursor = view.cursor(Table::delayed);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix);
       more = cursor->next()) {
    const auto row = TimerRow::parse_delayed(cursor->key());
    const bool is_message = row && row->execution == 0 && row->id != 0 && row->id != deadline_id;
    if (const auto bytes = is_message ? view.get(Table::timers, row->bytes()) : std::nullopt) {
      add_message(messages, Table::timers, row->bytes(), *bytes, row->id, MessagePlace::delayed);
    }
  }
}

}  // namespace

std::vector<InstanceMessage> Management::messages(const std::string& instance) const {
  const auto view = store_->snapshot();
  const auto found = find_instance(*view, instance);
  std::vector<InstanceMessage> messages;
  if (found.record.status == ExecutionStatus::running) {
    messages = model::unread_messages(open_steps_of(
        found, load_history(*view, found.number, found.record, found.record.execution)));
  }
  add_rows(*view, Table::kept, found.number, MessagePlace::kept, messages);
  add_rows(*view, Table::inbox, found.number, MessagePlace::waiting, messages);
  add_delayed_rows(*view, found.number, messages);
  return messages;
}

}  // namespace duroxide::storage
