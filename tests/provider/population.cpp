#include "provider/population.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/counters.hpp"
#include "engine/paused.hpp"

namespace duroxide::testing {

using namespace storage;

namespace {

const std::vector<std::string> names{"Order", "Orde", "Pay"};
const std::vector<std::string> tags{"red", "blue", "green"};
const std::vector<ExecutionStatus> statuses{ExecutionStatus::running, ExecutionStatus::completed,
                                            ExecutionStatus::failed, ExecutionStatus::cancelled};
const std::vector<std::string> prefixes{"a-", "b-", "b-x"};

bool is_paused(const InstanceRecord& record, const std::set<std::string>& paused) {
  return record.status == ExecutionStatus::running &&
         (paused.contains(pause_key(PauseScope::of_store())) ||
          paused.contains(pause_key(PauseScope::of_orchestration(record.orchestration))) ||
          paused.contains(pause_key(PauseScope::of_instance(record.id))));
}

bool matches(const InstanceFilter& filter, Number number, const InstanceRecord& record,
             const std::map<Number, InstanceRecord>& living, const std::set<std::string>& paused) {
  const auto parent = living.find(record.parent_number);
  return (!filter.status || std::any_of(filter.status->begin(), filter.status->end(),
                                        [&](const StatusFilter& each) {
                                          return each == record.status ||
                                                 (each.is_paused() && is_paused(record, paused));
                                        })) &&
         (!filter.orchestration_name || *filter.orchestration_name == record.orchestration) &&
         (!filter.created_after || record.created_at >= *filter.created_after) &&
         (!filter.created_before || record.created_at < *filter.created_before) &&
         (!filter.parent_instance ||
          (parent != living.end() && parent->second.id == *filter.parent_instance)) &&
         (!filter.id_prefix || record.id.starts_with(*filter.id_prefix)) &&
         std::all_of(filter.tags.begin(), filter.tags.end(),
                     [&](const auto& tag) {
                       return std::count(record.tags.begin(), record.tags.end(), tag) != 0;
                     }) &&
         (!filter.updated_before || record.updated_at < *filter.updated_before) &&
         (!filter.version || *filter.version == record.version) &&
         (!filter.search || record.id.find(*filter.search) != std::string::npos) &&
         (!filter.roots_only || !record.parent) && number != 0;
}

}  // namespace

std::vector<std::string> ids_of(const std::vector<InstanceSummary>& rows) {
  std::vector<std::string> ids;
  for (const auto& row : rows) {
    ids.push_back(row.instance_id);
  }
  return ids;
}

Population::Population(std::shared_ptr<KvStore> kv, std::uint32_t seed)
    : random_(seed), kv_(std::move(kv)), batch_(*kv_), instances_(batch_) {}

Management Population::reads() const {
  return Management(kv_, reasons, clock);
}

Number Population::pick_living() {
  return std::next(living.begin(), static_cast<std::ptrdiff_t>(pick(living.size())))->first;
}

void Population::create() {
  // Some in the same millisecond, some in the same second, and over many blocks of numbers.
  now_ += Milliseconds(chance(50) ? pick(3) * 300 : pick(5) * 1700);
  const Number number = next_number_;
  next_number_ += 1 + (chance(20) ? pick(6000) : pick(5));
  InstanceRecord record;
  record.id =
      prefixes[pick(prefixes.size())] + std::to_string(pick(1000)) + "-" + std::to_string(number);
  record.orchestration = names[pick(names.size())];
  record.version = chance(50) ? "1.0.0" : "2.0.0";
  record.created_at = now_;
  record.updated_at = now_;
  if (!living.empty() && chance(30)) {
    record.parent_number = chance(50) ? living.begin()->first : pick_living();
    record.parent = ParentLink{living.at(record.parent_number).id, 1, 2};
  }
  for (const std::string& tag : tags) {
    if (chance(30)) {
      record.tags.push_back(tag);
    }
  }
  instances_.create(number, record);
  living.emplace(number, record);
}

void Population::update() {
  const Number number = pick_living();
  const InstanceRecord before = living.at(number);
  InstanceRecord after = before;
  now_ += Milliseconds(pick(4) * 200);
  after.updated_at = std::max(before.updated_at, now_);
  after.event_count += pick(4);
  instances_.count_events(static_cast<std::int64_t>(after.event_count - before.event_count));
  if (chance(60)) {
    after.status = statuses[pick(statuses.size())];
  }
  if (chance(10)) {
    after.orchestration = names[pick(names.size())];
  }
  instances_.update(number, before, after);
  living[number] = after;
}

void Population::remove() {
  const Number number = pick_living();
  const InstanceRecord& record = living.at(number);
  instances_.remove(number, record);
  instances_.count_events(-static_cast<std::int64_t>(record.event_count));
  living.erase(number);
}

void Population::pause_at_random() {
  change_with([this] {
    for (const std::string& key : std::exchange(paused, {})) {
      batch_.erase(Table::paused, key);
    }
    const auto pause = [this](const PauseScope& scope) {
      paused.insert(pause_key(scope));
      batch_.put(Table::paused, pause_key(scope), make_key(sortable(now_)));
    };
    if (chance(10)) {
      pause(PauseScope::of_store());
    }
    for (const std::string& name : names) {
      if (chance(25)) {
        pause(PauseScope::of_orchestration(name));
      }
    }
    for (int i = 0; i < 5; ++i) {
      pause(PauseScope::of_instance(living.at(pick_living()).id));
    }
  });
}

void Population::change_once() {
  const auto what = pick(10);
  if (living.size() < 20 || what < 5) {
    create();
  } else if (what < 9) {
    update();
  } else {
    remove();
  }
}

void Population::change_with(const std::function<void()>& request) {
  batch_.begin_request();
  request();
  batch_.make_room(0);
  batch_.commit();
}

void Population::change(int changes) {
  change_with([&] {
    for (int i = 0; i < changes; ++i) {
      change_once();
    }
  });
}

void Population::change_and_undo(int changes) {
  const auto before = living;
  batch_.begin_request();
  for (int i = 0; i < changes; ++i) {
    change_once();
  }
  batch_.undo_request();
  living = before;
}

InstanceFilter Population::random_filter() {
  InstanceFilter filter;
  const auto some_time = [this] {
    const auto& record = living.at(pick_living());
    return (chance(50) ? record.created_at : record.updated_at) + Milliseconds(pick(2));
  };
  if (chance(40)) {
    filter.status.emplace();
    for (const auto status : statuses) {
      if (chance(40)) {
        filter.status->push_back(status);
      }
    }
    if (chance(30)) {
      filter.status->push_back(StatusFilter::paused());
    }
  }
  if (chance(30)) {
    filter.orchestration_name = chance(90) ? names[pick(names.size())] : "Unknown";
  }
  if (chance(20)) {
    filter.created_after = some_time();
  }
  if (chance(20)) {
    filter.created_before = some_time();
  }
  if (chance(15)) {
    filter.parent_instance = living.at(chance(70) ? living.begin()->first : pick_living()).id;
  }
  if (chance(15)) {
    filter.id_prefix = prefixes[pick(prefixes.size())];
  }
  for (const std::string& tag : tags) {
    if (chance(10)) {
      filter.tags.push_back(tag);
    }
  }
  if (chance(15)) {
    filter.updated_before = some_time();
  }
  if (chance(10)) {
    filter.version = "2.0.0";
  }
  if (chance(10)) {
    filter.search = chance(50) ? prefixes[pick(prefixes.size())] : std::to_string(pick(100));
  }
  filter.roots_only = chance(10);
  filter.order = static_cast<InstanceOrder>(pick(3));
  filter.descending = chance(50);
  if (chance(30)) {
    filter.offset = static_cast<std::uint32_t>(pick(living.size() + 10));
  }
  if (chance(30)) {
    filter.limit = static_cast<std::uint32_t>(pick(living.size() + 10));
  }
  return filter;
}

std::vector<std::string> Population::expected(const InstanceFilter& filter) const {
  std::vector<std::pair<Number, InstanceRecord>> rows;
  for (const auto& [number, record] : living) {
    if (matches(filter, number, record, living, paused)) {
      rows.emplace_back(number, record);
    }
  }
  std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    switch (filter.order) {
      case InstanceOrder::updated:
        return std::tie(a.second.updated_at, a.first) < std::tie(b.second.updated_at, b.first);
      case InstanceOrder::id:
        return a.second.id < b.second.id;
      case InstanceOrder::created:
        break;
    }
    return a.first < b.first;
  });
  if (filter.descending) {
    std::reverse(rows.begin(), rows.end());
  }
  std::vector<std::string> ids;
  for (std::size_t i = filter.offset.value_or(0);
       i < rows.size() && ids.size() < filter.limit.value_or(1'000'000); ++i) {
    ids.push_back(rows[i].second.id);
  }
  return ids;
}

std::map<std::string, std::uint64_t> Population::expected_counters() const {
  std::map<std::string, std::uint64_t> rows;
  for (const auto& [number, record] : living) {
    ++rows[status_counter(record.status, block_of(number))];
    ++rows[name_counter(record.orchestration, record.status, block_of(number))];
    if (record.event_count > 0) {
      rows[std::string(event_counter)] += record.event_count;
    }
  }
  return rows;
}

std::map<std::string, std::uint64_t> Population::counters() const {
  std::map<std::string, std::uint64_t> rows;
  const auto view = kv_->snapshot();
  const auto cursor = view->cursor(Table::counters);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    rows.emplace(cursor->key(), number_at(cursor->value(), 0));
  }
  return rows;
}

}  // namespace duroxide::testing
