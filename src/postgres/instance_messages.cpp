// What an instance has been sent and its code has not seen.

#include <string>

#include "model/shown_steps.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/reads.hpp"
#include "postgres/stored_messages.hpp"

namespace duroxide::postgres {

namespace {

void add_messages(const Rows& rows, MessagePlace place, const std::string& instance,
                  std::vector<InstanceMessage>& messages) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PlacedMessage message = placed_message_in(rows.row(i), instance);
    messages.push_back(
        model::shown_message(static_cast<std::uint64_t>(message.place), place, message.item));
  }
}

}  // namespace

std::vector<InstanceMessage> list_messages(Database& database, const std::string& instance) {
  require_id(instance);
  const Answers answers =
      database.read({instance_call(instance), history_call(instance, std::nullopt),
                     kept_call(instance), inbox_call(instance), delayed_call(instance)});
  const InstanceRow found = require_instance(answers[0], instance);
  std::vector<InstanceMessage> messages;
  if (found.status == ExecutionStatus::running) {
    messages = model::unread_messages(
        open_steps_of(found, history_in(answers[1], found.id, found.execution, found.event_count)));
  }
  add_messages(answers[2], MessagePlace::kept, found.id, messages);
  add_messages(answers[3], MessagePlace::waiting, found.id, messages);
  add_messages(answers[4], MessagePlace::delayed, found.id, messages);
  return messages;
}

}  // namespace duroxide::postgres
