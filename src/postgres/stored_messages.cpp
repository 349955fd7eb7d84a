#include "postgres/stored_messages.hpp"

#include <utility>

#include "postgres/instance_row.hpp"
#include "postgres/message_row.hpp"
#include "postgres/refusals.hpp"

namespace duroxide::postgres {

Call inbox_call(const std::string& id) {
  return call_with_id("inbox_of", id,
                      "SELECT m.place, m.kind, m.of_execution, m.of_event, m.made_here, m.item"
                      " FROM inbox m JOIN instances i ON i.number = m.number WHERE i.id = $1"
                      " ORDER BY m.place");
}

Call kept_call(const std::string& id) {
  return call_with_id("kept_of", id,
                      "SELECT m.place, m.kind, m.of_execution, m.of_event, m.made_here, m.item"
                      " FROM kept m JOIN instances i ON i.number = m.number WHERE i.id = $1"
                      " ORDER BY m.place");
}

Call delayed_call(const std::string& id) {
  return call_with_id(
      "delayed_of", id,
      "SELECT m.event, m.message, 0::bigint, m.of_event, false, m.item FROM timers m"
      " JOIN instances i ON i.number = m.number WHERE i.id = $1 AND m.kind = 1"
      " ORDER BY m.due, m.event");
}

Call delayed_start_call(const std::string& id) {
  return call_with_id(
      "delayed_start_of", id,
      "SELECT 0::bigint, m.message, 0::bigint, m.of_event, false, m.item FROM timers m"
      " JOIN instances i ON i.number = m.number WHERE i.id = $1 AND m.kind = 2");
}

PlacedMessage placed_message_in(const Rows::Row& row, const std::string& instance) {
  PlacedMessage message;
  message.place = row.number(0);
  StoredMessage stored;
  stored.kind = row.number(1);
  stored.of_execution = row.number(2);
  stored.of_event = row.number(3);
  stored.made_here = row.flag(4);
  if (!row.is_null(5)) {
    stored.item = row.bytes(5);
  }
  message.item = require_readable(
      "message " + std::to_string(message.place) + " of the instance `" + instance + "`",
      read_message(stored, instance));
  return message;
}

std::vector<WorkItem> messages_in(const Rows& rows, const std::string& instance) {
  std::vector<WorkItem> messages;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    messages.push_back(placed_message_in(rows.row(i), instance).item);
  }
  return messages;
}

}  // namespace duroxide::postgres
