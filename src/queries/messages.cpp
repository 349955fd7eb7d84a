// What an instance has been sent and its code has not seen.

#include <utility>

#include "engine/deadline.hpp"
#include "model/encoding.hpp"
#include "model/json.hpp"
#include "model/kinds.hpp"
#include "model/overloaded.hpp"
#include "queries/describe.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

InstanceMessage describe_message(std::uint64_t id, MessagePlace place, const WorkItem& item) {
  InstanceMessage message;
  message.message_id = id;
  message.place = place;
  message.kind = model::work_item_type(item);
  message.name = model::raised_name(item);
  message.data = model::data_of(item);
  if (const auto answer = model::answer_in(item)) {
    message.event_id = answer->id;
  }
  return message;
}

void add_message(std::vector<InstanceMessage>& messages, Table table, std::string_view key,
                 std::string_view bytes, std::uint64_t id, MessagePlace place) {
  const auto item = require_readable(table, key, model::decode_work_item(bytes));
  messages.push_back(describe_message(id, place, item));
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

void add_unread(const std::vector<CarriedEvent>& unread, std::string_view kind,
                std::vector<InstanceMessage>& messages) {
  for (const CarriedEvent& each : unread) {
    messages.push_back({0, MessagePlace::unread, std::string(kind), each.name, 0, each.data});
  }
}

}  // namespace

std::vector<InstanceMessage> Management::messages(const std::string& instance) const {
  const auto view = store_->snapshot();
  const auto found = find_instance(*view, instance);
  std::vector<InstanceMessage> messages;
  if (found.record.status == ExecutionStatus::running) {
    const auto open = open_steps_of(
        found, load_history(*view, found.number, found.record, found.record.execution));
    add_unread(open.state.events, "ExternalRaised", messages);
    add_unread(open.state.messages, "QueueMessage", messages);
    for (const event::UpdateReceived& each : open.updates) {
      messages.push_back({0, MessagePlace::unread, "UpdateRequest", each.name, 0, each.input});
    }
  }
  add_rows(*view, Table::kept, found.number, MessagePlace::kept, messages);
  add_rows(*view, Table::inbox, found.number, MessagePlace::waiting, messages);
  add_delayed_rows(*view, found.number, messages);
  return messages;
}

}  // namespace duroxide::storage
