// What management shows of single activities, and of quarantine.

#include <algorithm>

#include <duroxide/activity.hpp>

#include "queries/management.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

std::optional<QuarantineRecord> quarantine_of(const ReadView& view, std::string_view key) {
  const auto bytes = view.get(Table::quarantine, key);
  if (!bytes) {
    return std::nullopt;
  }
  return require_readable(Table::quarantine, key, decode_quarantine(*bytes));
}

/// Calls `visit` with each key and value that begins with `prefix`, until it returns false.
template <class Visit>
void scan(const ReadView& view, Table table, const std::string& prefix, const Visit& visit) {
  const auto cursor = view.cursor(table);
  for (bool more = cursor->seek(prefix); more && cursor->key().substr(0, prefix.size()) == prefix &&
                                         visit(cursor->key(), cursor->value());
       more = cursor->next()) {
  }
}

}  // namespace

std::vector<PendingActivity> Management::pending_activities(const std::string& instance) const {
  const auto view = store_->snapshot();
  const auto found = find_instance(*view, instance);
  return pending_activities(
      *view, found, load_history(*view, found.number, found.record, found.record.execution));
}

std::vector<PendingActivity> Management::pending_activities(
    const ReadView& view, const FoundInstance& found, const std::vector<Event>& history) const {
  std::vector<PendingActivity> pending;
  const auto add = [&](std::string_view key, std::string_view bytes) {
    ActivityRow row = require_readable(Table::work, key, decode_activity_row(bytes));
    PendingActivity activity;
    activity.execution_id = row.item.execution_id;
    activity.correlation_id = row.item.id;
    activity.token =
        ActivityToken{found.record.id, row.item.execution_id, row.item.id, row.item.incarnation}
            .to_string();
    activity.name = std::move(row.item.name);
    activity.input = row.item.input.text();
    if (row.item.id > 0 && row.item.id <= history.size()) {
      activity.scheduled_at = history[row.item.id - 1].timestamp;
    }
    activity.tag = std::move(row.item.tag);
    activity.session = std::move(row.item.session);
    const auto attempts = view.get(Table::attempts, key);
    activity.attempts =
        attempts ? static_cast<std::uint32_t>(stored_number(*attempts)) : row.first_count;
    if (const auto said = view.get(Table::progress, key)) {
      auto progress = require_readable(Table::progress, key, decode_progress(*said));
      activity.progress = std::move(progress.details);
      activity.progress_at = progress.at;
    }
    if (const auto quarantined = quarantine_of(view, key)) {
      activity.waiting_for = "quarantine: " + quarantined->reason;
    } else {
      activity.waiting_for =
          reasons_->find({found.number, activity.execution_id, activity.correlation_id});
    }
    pending.push_back(std::move(activity));
    return true;
  };
  scan(view, Table::work, make_key(found.number, found.record.execution), add);
  return pending;
}

std::vector<QuarantinedItem> Management::quarantined() const {
  const auto view = store_->snapshot();
  std::vector<QuarantinedItem> items;
  scan(*view, Table::quarantine, {}, [&](std::string_view key, std::string_view bytes) {
    auto record = require_readable(Table::quarantine, key, decode_quarantine(bytes));
    const auto instance = load_instance(*view, number_at(key, 0));
    if (!instance) {
      throw_corrupt(Table::quarantine, key, "its instance is gone");
    }
    QuarantinedItem item;
    item.instance_id = instance->id;
    if (const auto activity = WorkKey::parse(key)) {
      item.execution_id = activity->execution;
      item.event_id = activity->event_id;
      item.activity_name = std::move(record.activity_name);
    }
    item.reason = std::move(record.reason);
    item.since = record.since;
    items.push_back(std::move(item));
    return true;
  });
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.since < b.since; });
  return items;
}

std::optional<std::string> Management::waiting_for(const ReadView& view, Number number) const {
  if (const auto quarantined = quarantine_of(view, make_key(number))) {
    return "quarantine: " + quarantined->reason;
  }
  if (auto reason = reasons_->find(number)) {
    return reason;
  }
  std::optional<std::string> reason;
  scan(view, Table::quarantine, make_key(number),
       [&](std::string_view key, std::string_view bytes) {
         const auto record = require_readable(Table::quarantine, key, decode_quarantine(bytes));
         reason = "quarantine of activity `" + record.activity_name + "`: " + record.reason;
         return false;
       });
  return reason;
}

}  // namespace duroxide::storage
