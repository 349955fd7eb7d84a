// Instances that do not get on, and why.

#include <algorithm>
#include <set>

#include "engine/paused.hpp"
#include "model/shown_steps.hpp"
#include "queries/describe.hpp"
#include "queries/listing.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// The instances of one kind, each once, those that have been so for longest first.
class Found {
 public:
  Found(StuckKind kind, std::uint32_t limit) : kind_(kind), limit_(limit) {}

  [[nodiscard]] bool full() const { return rows_.size() >= limit_; }
  void add(const InstanceRecord& record, std::string waiting_for, Timestamp since) {
    if (record.status == ExecutionStatus::running && seen_.insert(record.id).second) {
      rows_.push_back({record.id, record.orchestration, kind_, std::move(waiting_for), since});
    }
  }
  void move_to(std::vector<StuckInstance>& all) {
    std::move(rows_.begin(), rows_.end(), std::back_inserter(all));
  }

 private:
  StuckKind kind_;
  std::uint32_t limit_;
  std::set<std::string> seen_;
  std::vector<StuckInstance> rows_;
};

/// Why something is stuck, before its instance has been looked at.
struct Cause {
  Number number = 0;
  std::string waiting_for;
  Timestamp since;
};

void add_oldest(KvStore& store, std::vector<Cause> causes, const LogSink& log, Found& found) {
  std::stable_sort(causes.begin(), causes.end(),
                   [](const Cause& a, const Cause& b) { return a.since < b.since; });
  const auto view = store.snapshot();
  for (Cause& cause : causes) {
    if (found.full()) {
      return;
    }
    if (const auto record = load_if_readable(*view, cause.number, log)) {
      found.add(*record, std::move(cause.waiting_for), cause.since);
    }
  }
}

std::vector<Cause> quarantined_causes(const ReadView& view) {
  std::vector<Cause> causes;
  const auto cursor = view.cursor(Table::quarantine);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    const auto record =
        require_readable(Table::quarantine, cursor->key(), decode_quarantine(cursor->value()));
    const std::string of =
        record.activity_name.empty() ? std::string() : "activity `" + record.activity_name + "`: ";
    causes.push_back({number_at(cursor->key(), 0), of + record.reason, record.since});
  }
  return causes;
}

InstanceFilter running() {
  InstanceFilter filter;
  filter.status = {ExecutionStatus::running};
  return filter;
}

void add_paused(KvStore& store, const PausedItem& item, const LogSink& log, Found& found) {
  const auto add = [&](const InstanceRecord& record) {
    found.add(record, model::describe_pause(item.scope), item.since);
  };
  if (item.scope.kind == PauseScope::Kind::instance) {
    const auto view = store.snapshot();
    const auto number = find_number(*view, item.scope.name);
    if (const auto record = number ? load_if_readable(*view, *number, log) : std::nullopt) {
      add(*record);
    }
    return;
  }
  InstanceFilter filter = running();
  if (item.scope.kind == PauseScope::Kind::orchestration) {
    filter.orchestration_name = item.scope.name;
  }
  Listing listing(store, filter, std::nullopt, 0, log);
  while (!found.full() && listing.find(true)) {
    add(listing.record());
  }
}

}  // namespace

std::string describe_wait(const ReadView& view, const FoundInstance& found) {
  const auto inbox = make_key(found.number);
  const auto messages = view.cursor(Table::inbox);
  if (messages->seek(inbox) && messages->key().starts_with(inbox)) {
    return "a runtime that takes its messages";
  }
  if (found.record.start_due) {
    return "its start, which is delayed";
  }
  try {
    const auto history = load_history(view, found.number, found.record, found.record.execution);
    const std::string steps = model::describe_steps(open_steps_of(found, history));
    return steps.empty() ? "nothing that its history tells of" : steps;
  } catch (const StorageFailure& failed) {
    return "repair of the store: " + failed.error().message;
  }
}

std::vector<StuckInstance> Management::stuck(const StuckFilter& filter) const {
  std::vector<StuckInstance> all;
  std::vector<Cause> wants;
  std::vector<Cause> damage;
  for (auto& reason : reasons_->all()) {
    auto& causes = reason.sort == WaitingReasons::Sort::damage ? damage : wants;
    causes.push_back({reason.origin.number, std::move(reason.text), reason.since});
  }
  Found damaged(StuckKind::damaged, filter.limit);
  add_oldest(*store_, std::move(damage), log_, damaged);
  damaged.move_to(all);

  Found waiting(StuckKind::waiting, filter.limit);
  add_oldest(*store_, std::move(wants), log_, waiting);
  waiting.move_to(all);

  Found quarantined(StuckKind::quarantined, filter.limit);
  // Statements of their own: whoever holds a snapshot must not take another.
  auto in_quarantine = quarantined_causes(*store_->snapshot());
  add_oldest(*store_, std::move(in_quarantine), log_, quarantined);
  quarantined.move_to(all);

  Found paused(StuckKind::paused, filter.limit);
  const auto pauses = load_paused(*store_->snapshot());
  for (const PausedItem& item : pauses) {
    add_paused(*store_, item, log_, paused);
  }
  paused.move_to(all);

  if (filter.no_progress_for) {
    Found unchanged(StuckKind::no_progress, filter.limit);
    InstanceFilter old = running();
    old.order = InstanceOrder::updated;
    // One that has not changed for exactly so long counts.
    const auto unchanged_for = std::max(Milliseconds{0}, Milliseconds(*filter.no_progress_for));
    old.updated_before = saturating_add(clock_->now(), Milliseconds{1} - unchanged_for);
    Listing listing(*store_, old, std::nullopt, 0, log_);
    while (!unchanged.full() && listing.find(true)) {
      const FoundInstance found{listing.number(), listing.record()};
      unchanged.add(found.record, describe_wait(listing.view(), found), found.record.updated_at);
    }
    unchanged.move_to(all);
  }
  return all;
}

}  // namespace duroxide::storage
