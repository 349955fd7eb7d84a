// What management lists.

#include <limits>

#include "queries/listing.hpp"
#include "queries/management.hpp"
#include "queries/page_cursor.hpp"

namespace duroxide::storage {

namespace {

constexpr std::uint32_t largest_page = 10'000;
/// Of a page that no index leads to.
constexpr std::uint64_t most_searched = 10'000;

}  // namespace

std::vector<InstanceSummary> Management::list(const InstanceFilter& filter) const {
  std::vector<InstanceSummary> listed;
  const std::uint64_t limit = filter.limit.value_or(std::numeric_limits<std::uint32_t>::max());
  if (limit == 0) {
    return listed;
  }
  Listing listing(*store_, filter, std::nullopt, filter.offset.value_or(0), log_);
  while (listed.size() < limit) {
    auto row = listing.next();
    if (!row) {
      break;
    }
    listed.push_back(std::move(*row));
  }
  return listed;
}

InstancePage Management::page(const management::ListPage& request) const {
  if (request.page_size == 0 || request.page_size > largest_page) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "a page has 1 to " + std::to_string(largest_page) + " rows, not " +
                             std::to_string(request.page_size));
  }
  std::optional<Place> after;
  std::uint64_t skip = request.filter.offset.value_or(0);
  if (request.cursor) {
    after = decode_cursor(request.filter, *request.cursor);
    skip = 0;
  }
  InstancePage page;
  Listing listing(*store_, request.filter, std::move(after), skip, log_);
  if (request.filter.search) {
    listing.read_at_most(most_searched);
  }
  Place last;
  while (auto row = listing.next()) {
    if (page.instances.size() == request.page_size) {
      page.next_cursor = encode_cursor(request.filter, last);
      break;
    }
    page.instances.push_back(std::move(*row));
    last = listing.place();
  }
  if (listing.has_stopped()) {
    page.next_cursor = encode_cursor(request.filter, listing.place());
  }
  return page;
}

std::uint64_t Management::count(const InstanceFilter& filter) const {
  return Listing(*store_, filter, std::nullopt, 0, log_).count();
}

}  // namespace duroxide::storage
