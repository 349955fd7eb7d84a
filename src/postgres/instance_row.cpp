#include "postgres/instance_row.hpp"

#include <utility>

#include "model/encoding.hpp"
#include "model/limits.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

const std::string& instance_text() {
  static const std::string text = std::string("SELECT ") + instance_columns +
                                  " FROM instances i JOIN turns t ON t.number = i.number"
                                  " WHERE i.id = $1";
  return text;
}

}  // namespace

InstanceRow instance_in(const Rows::Row& row) {
  InstanceRow instance;
  instance.number = row.number(0);
  instance.id = row.text(1);
  instance.incarnation = row.number(2);
  instance.orchestration = row.text(3);
  instance.version = row.text(4);
  instance.execution = row.count(5);
  instance.status = status_in(row, 6);
  instance.created_at = time_in(row, 7);
  instance.updated_at = time_in(row, 8);
  instance.execution_started_at = time_in(row, 9);
  instance.event_count = row.count(10);
  if (!row.is_null(11)) {
    instance.parent = ParentLink{row.text(11), row.count(12), row.count(13)};
  }
  instance.parent_number = row.optional_number(14);
  instance.start_due = optional_time_in(row, 15);
  instance.tags = row.texts(16);
  return instance;
}

void require_id(const std::string& id) {
  if (!model::check_instance_id(id)) {
    refuse_unknown(id);
  }
}

Call instance_call(const std::string& id) {
  return {"one_instance", Parameters().text(id), instance_text().c_str()};
}

InstanceRow require_instance(const Rows& rows, const std::string& id) {
  if (rows.empty()) {
    refuse_unknown(id);
  }
  return instance_in(rows.first());
}

Call history_call(const std::string& id, std::optional<std::uint64_t> execution) {
  Parameters parameters;
  parameters.text(id).optional_number(
      execution ? std::optional(static_cast<std::int64_t>(*execution)) : std::nullopt);
  return {"one_history", std::move(parameters),
          "SELECT h.first_event, h.events FROM history h JOIN instances i ON i.number = h.number"
          " WHERE i.id = $1 AND h.execution = coalesce($2, i.execution) ORDER BY h.first_event"};
}

std::vector<Event> history_in(const Rows& rows, const std::string& id, std::uint64_t execution,
                              std::uint64_t event_count) {
  const std::string what =
      "the history of execution " + std::to_string(execution) + " of the instance `" + id + "`";
  std::vector<Event> events;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    if (row.count(0) != events.size() + 1) {
      throw Refusal(ProviderError::Kind::corrupt,
                    what + " lacks event " + std::to_string(events.size() + 1));
    }
    if (auto read = model::decode_events_into(row.bytes(1), events); !read) {
      throw Refusal(ProviderError::Kind::corrupt, what + " cannot be read from event " +
                                                      std::to_string(row.count(0)) +
                                                      " on: " + read.error().what);
    }
  }
  if (events.size() != event_count) {
    throw Refusal(ProviderError::Kind::corrupt, what + " has " + std::to_string(events.size()) +
                                                    " events instead of " +
                                                    std::to_string(event_count));
  }
  return events;
}

model::OpenSteps open_steps_of(const InstanceRow& instance, const std::vector<Event>& history) {
  if (history.empty()) {
    return {};  // it has not begun
  }
  return require_readable("the history of the instance `" + instance.id + "`",
                          model::find_open_steps(history));
}

}  // namespace duroxide::postgres
