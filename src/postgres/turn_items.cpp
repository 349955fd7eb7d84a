#include "postgres/turn_items.hpp"

#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "model/encoding.hpp"
#include "postgres/message_row.hpp"
#include "postgres/start_calls.hpp"

namespace duroxide::postgres {

namespace {

// The columns of `fetch_turns`.
enum TurnColumn : std::size_t {
  turn_column_number,
  turn_column_id,
  turn_column_orchestration,
  turn_column_version,
  turn_column_execution,
  turn_column_event_count,
  turn_column_incarnation,
  turn_column_token,
  turn_column_attempts,
  turn_column_is_quarantined,
  turn_column_history,
  turn_column_places,
  turn_column_kinds,
  turn_column_of_executions,
  turn_column_of_events,
  turn_column_made_here,
  turn_column_items,
  turn_column_question_ids,
  turn_column_question_names,
  turn_column_question_inputs,
};

Result<void, model::Flaw> read_history(const Rows::Row& row, provider::OrchestrationItem& item) {
  for (const auto& events : row.byte_strings(turn_column_history)) {
    if (auto read = model::decode_events_into(events.value_or(std::string_view()), item.history);
        !read) {
      return model::flaw("the history cannot be read: " + read.error().what);
    }
  }
  if (item.history.size() != item.history_size) {
    return model::flaw("the history has " + std::to_string(item.history.size()) +
                       " events, and should have " + std::to_string(item.history_size));
  }
  return {};
}

Result<void, model::Flaw> read_messages(const Rows::Row& row, provider::OrchestrationItem& item) {
  const auto kinds = row.numbers(turn_column_kinds);
  const auto executions = row.numbers(turn_column_of_executions);
  const auto events = row.numbers(turn_column_of_events);
  const auto made_here = row.flags(turn_column_made_here);
  const auto items = row.byte_strings(turn_column_items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto message = read_message(
        {kinds.at(i), executions.at(i), events.at(i), made_here.at(i), items[i]}, item.instance);
    if (!message) {
      return model::flaw("a message cannot be read: " + message.error().what);
    }
    item.messages.push_back(std::move(*message));
  }
  return {};
}

std::string code_needed(const provider::OrchestrationItem& item) {
  if (!item.version.empty() || item.messages.empty()) {
    return code_of(item.orchestration_name, item.version);
  }
  if (const auto* start = std::get_if<work::StartOrchestration>(&item.messages.front())) {
    return code_of(start->orchestration, start->version);
  }
  if (const auto* next = std::get_if<work::ContinueAsNew>(&item.messages.front())) {
    return code_of(next->orchestration, next->version);
  }
  return code_of(item.orchestration_name, item.version);
}

}  // namespace

std::size_t bytes_of_messages(const Rows::Row& row) {
  std::size_t bytes = 0;
  for (const auto& item : row.byte_strings(turn_column_items)) {
    bytes += item ? item->size() : 0;
  }
  return bytes;
}

Result<provider::OrchestrationItem, model::Flaw> read_turn(const Rows::Row& row, TurnLease& lease) {
  provider::OrchestrationItem item;
  item.instance = row.text(turn_column_id);
  item.orchestration_name = row.text(turn_column_orchestration);
  item.version = row.text(turn_column_version);
  item.execution_id = row.count(turn_column_execution);
  item.history_size = row.count(turn_column_event_count);
  item.lock_token = row.count(turn_column_token);
  item.attempt_count = static_cast<std::uint32_t>(row.number(turn_column_attempts));
  item.quarantined = row.flag(turn_column_is_quarantined);
  item.history_included = !row.is_null(turn_column_history);

  lease.number = row.number(turn_column_number);
  lease.instance = item.instance;
  lease.incarnation = row.count(turn_column_incarnation);
  lease.execution = item.execution_id;
  lease.event_count = item.history_size;
  lease.orchestration = item.orchestration_name;
  lease.version = item.version;
  lease.places = row.numbers(turn_column_places);

  if (item.history_included) {
    if (auto read = read_history(row, item); !read) {
      return failure(std::move(read).error());
    }
  }
  if (auto read = read_messages(row, item); !read) {
    return failure(std::move(read).error());
  }
  const auto ids = row.texts(turn_column_question_ids);
  const auto names = row.texts(turn_column_question_names);
  const auto inputs = row.byte_strings(turn_column_question_inputs);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    item.questions.push_back(
        {ids[i], names.at(i), std::string(inputs.at(i).value_or(std::string_view()))});
  }
  lease.code = code_needed(item);
  return item;
}

}  // namespace duroxide::postgres
