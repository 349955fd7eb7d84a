#include "queries/listing.hpp"

#include <limits>
#include <utility>

namespace duroxide::storage {

namespace {

constexpr std::size_t steps_per_snapshot = 2000;

OrchestrationStatus status_in_list(const ReadView& view, Number number,
                                   const InstanceRecord& record, bool with_output) {
  const bool failed =
      record.status == ExecutionStatus::failed || record.status == ExecutionStatus::cancelled;
  if (!failed && !(with_output && record.status == ExecutionStatus::completed)) {
    return record.status;
  }
  try {
    return load_state(view, number, record);
  } catch (const StorageFailure& unreadable) {
    if (unreadable.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    if (!failed) {
      return record.status;
    }
    const bool cancelled = record.status == ExecutionStatus::cancelled;
    return OrchestrationStatus::Failed{
        application_error(cancelled ? ErrorKind::cancelled : ErrorKind::storage,
                          "what it said cannot be read: " + unreadable.error().message, record.id)};
  }
}

}  // namespace

InstanceSummary summarize(const ReadView& view, Number number, InstanceRecord record,
                          bool with_output) {
  InstanceSummary summary;
  summary.instance_id = std::move(record.id);
  summary.orchestration_name = std::move(record.orchestration);
  summary.version = std::move(record.version);
  summary.status = status_in_list(view, number, record, with_output);
  summary.created_at = record.created_at;
  summary.updated_at = record.updated_at;
  summary.execution_count = record.execution;
  if (record.parent) {
    summary.parent_instance = std::move(record.parent->instance);
    summary.parent_id = record.parent->event_id;
  }
  summary.tags = std::move(record.tags);
  summary.cancelled = record.status == ExecutionStatus::cancelled;
  return summary;
}

std::optional<InstanceRecord> load_if_readable(const ReadView& view, Number number,
                                               const LogSink& log) {
  try {
    return load_instance(view, number);
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    if (log) {
      LogRecord record;
      record.level = LogLevel::warn;
      record.message = "an instance is left out of a listing: " + failed.error().message;
      log(record);
    }
    return std::nullopt;
  }
}

Listing::Listing(KvStore& store, const InstanceFilter& filter, std::optional<Place> after,
                 std::uint64_t skip, LogSink log)
    : store_(store),
      filter_(filter),
      after_(std::move(after)),
      to_skip_(skip),
      log_(std::move(log)) {
  if (filter.search) {
    search_.emplace(*filter.search);
  }
  renew();
  to_skip_ -= rows_->skip(to_skip_);
}

void Listing::renew() {
  rows_.reset();
  view_.reset();
  view_ = store_.snapshot();
  plan_ = make_plan(*view_, filter_);
  rows_ = rows_of(Walk{*view_, filter_, plan_, after_});
  steps_ = 0;
}

bool Listing::matches_record() const {
  return matches(plan_, filter_, *record_) &&
         (!search_ || search_->finds(*view_, number_, *record_));
}

bool Listing::find(bool wanted) {
  for (;;) {
    if (wanted && records_left_ == 0) {
      stopped_ = true;
      return false;
    }
    if (steps_ == steps_per_snapshot) {
      after_ = rows_->place();
      renew();
    }
    ++steps_;
    const auto step = rows_->next();
    if (!step) {
      return false;
    }
    if (!step->matches) {
      continue;
    }
    if (!wanted && !plan_.reads_records()) {
      return true;
    }
    number_ = step->number;
    record_ = load_if_readable(*view_, number_, log_);
    records_left_ -= wanted ? 1 : 0;
    if (record_ && matches_record()) {
      return true;
    }
  }
}

std::optional<InstanceSummary> Listing::next() {
  for (; to_skip_ > 0; --to_skip_) {
    if (!find(false)) {
      return std::nullopt;
    }
  }
  if (!find(true)) {
    return std::nullopt;
  }
  return summarize(*view_, number_, std::move(*record_), filter_.with_output);
}

std::uint64_t Listing::count() {
  std::uint64_t matches = rows_->skip(std::numeric_limits<std::uint64_t>::max());
  while (find(false)) {
    ++matches;
  }
  return matches;
}

}  // namespace duroxide::storage
