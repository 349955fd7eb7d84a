#include "postgres/listing.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "postgres/counts.hpp"
#include "postgres/listing_cursor.hpp"
#include "postgres/listing_statements.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

constexpr std::uint32_t largest_page = 10'000;
/// Of a page that no index leads to.
constexpr std::uint64_t most_searched = 10'000;
/// Rows that are read at once.
constexpr std::uint64_t largest_part = 1'000;

Place place_of(const InstanceFilter& filter, const Rows::Row& row) {
  Place place;
  place.number = row.number(summary_column::number);
  if (filter.order == InstanceOrder::id) {
    place.id = row.text(summary_column::id);
  } else {
    place.key = row.number(summary_column::count);
  }
  return place;
}

}  // namespace

Listing::Listing(Database& database, const InstanceFilter& filter, std::optional<Place> after,
                 std::uint64_t skip)
    : database_(database),
      filter_(filter),
      values_(values_of(database, filter)),
      after_(std::move(after)),
      skip_(skip) {
  if (filter.search) {
    text_.emplace(*filter.search);
  }
}

bool Listing::has_row(std::uint64_t wanted) {
  if (next_row_ < rows_.size()) {
    return true;
  }
  if (is_last_part_ || values_.nothing) {
    return false;
  }
  const std::uint64_t size =
      text_ ? largest_part : std::clamp<std::uint64_t>(wanted, 1, largest_part);
  // What is searched for only shows when a row is here, so then nothing is skipped there.
  const std::uint64_t offset = text_ ? 0 : std::exchange(skip_, 0);
  rows_ = database_.read_one(
      list_call(values_, filter_,
                {after_, static_cast<std::int64_t>(size), static_cast<std::int64_t>(offset)}));
  next_row_ = 0;
  is_last_part_ = rows_.size() < size;
  return !rows_.empty();
}

bool Listing::is_found(const Rows::Row& row) const {
  if (!text_ || text_->is_in(row.bytes(summary_column::id)) ||
      text_->is_in(row.bytes(summary_column::custom_status))) {
    return true;
  }
  const OrchestrationStatus status = summary_of(row).status;
  return status.error() != nullptr && text_->is_in(status.error()->to_string());
}

std::optional<InstanceSummary> Listing::next(std::uint64_t wanted) {
  while (!stopped_ && has_row(wanted)) {
    if (rows_left_ == 0) {
      stopped_ = true;
      break;
    }
    const Rows::Row row = rows_.row(next_row_++);
    after_ = place_of(filter_, row);
    // What is skipped does not count, so that it always comes to an end.
    const bool is_match = is_found(row);
    if (is_match && skip_ > 0) {
      --skip_;
      continue;
    }
    rows_left_ -= skip_ > 0 ? 0 : 1;
    if (is_match) {
      return summary_of(row);
    }
  }
  return std::nullopt;
}

std::uint64_t Listing::count() {
  if (values_.nothing) {
    return 0;
  }
  if (!text_) {
    return database_.read_one(count_call(values_, filter_)).first().count(0);
  }
  std::uint64_t matches = 0;
  while (next(largest_part)) {
    ++matches;
  }
  return matches;
}

std::vector<InstanceSummary> list_instances(Database& database, const InstanceFilter& filter) {
  std::vector<InstanceSummary> listed;
  const std::uint64_t limit = filter.limit.value_or(std::numeric_limits<std::uint32_t>::max());
  if (limit == 0) {
    return listed;
  }
  Listing listing(database, filter, std::nullopt, filter.offset.value_or(0));
  while (listed.size() < limit) {
    auto row = listing.next(limit - listed.size());
    if (!row) {
      break;
    }
    listed.push_back(std::move(*row));
  }
  return listed;
}

InstancePage list_page(Database& database, const management::ListPage& request) {
  const InstanceFilter& filter = request.filter;
  if (request.page_size == 0 || request.page_size > largest_page) {
    refuse_input("a page has 1 to " + std::to_string(largest_page) + " rows, not " +
                 std::to_string(request.page_size));
  }
  std::optional<Place> after;
  std::uint64_t skip = filter.offset.value_or(0);
  if (request.cursor) {
    after = decode_cursor(filter, *request.cursor);
    skip = 0;
  }
  InstancePage page;
  Listing listing(database, filter, std::move(after), skip);
  if (filter.search) {
    listing.look_at_most(most_searched);
  }
  Place last;
  while (auto row = listing.next(request.page_size + 1 - page.instances.size())) {
    if (page.instances.size() == request.page_size) {
      page.next_cursor = encode_cursor(filter, last);
      break;
    }
    page.instances.push_back(std::move(*row));
    last = listing.place();
  }
  if (listing.has_stopped()) {
    page.next_cursor = encode_cursor(filter, listing.place());
  }
  return page;
}

std::uint64_t count_instances(Database& database, const InstanceFilter& filter) {
  if (const auto counted = count_without_looking(database, filter)) {
    return *counted;
  }
  return Listing(database, filter).count();
}

}  // namespace duroxide::postgres
