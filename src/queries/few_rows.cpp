// A selective filter in another order than that of creation: walking that order would mean to look
// for the few among all, so they are found by number first, and sorted.

#include <algorithm>
#include <tuple>
#include <vector>

#include "engine/instances.hpp"
#include "queries/rows.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// More are not gathered; then a walk through the order soon comes upon enough of them.
constexpr std::size_t most_collected = 2000;
constexpr std::size_t most_steps = 8000;

class FewRows final : public Rows {
 public:
  explicit FewRows(std::vector<Place> sorted) : sorted_(std::move(sorted)) {}

  std::optional<Step> next() override {
    if (next_ == sorted_.size()) {
      return std::nullopt;
    }
    return Step{sorted_[next_++].number, true};
  }
  Place place() const override { return sorted_[next_ - 1]; }

 private:
  std::vector<Place> sorted_;
  std::size_t next_ = 0;
};

std::optional<std::vector<Number>> gather(const Walk& walk) {
  const std::optional<Place> from_the_beginning;
  InstanceFilter upwards;
  const auto rows = rows_by_creation(Walk{walk.view, upwards, walk.plan, from_the_beginning});
  std::vector<Number> numbers;
  for (std::size_t steps = 0; steps < most_steps; ++steps) {
    const auto step = rows->next();
    if (!step) {
      return numbers;
    }
    if (step->matches) {
      if (numbers.size() == most_collected) {
        return std::nullopt;
      }
      numbers.push_back(step->number);
    }
  }
  return std::nullopt;
}

/// None if the record cannot be read: it has no place in any order, and is left out.
std::optional<Place> place_of(const Walk& walk, Number number) {
  const auto bytes = walk.view.get(Table::instances, make_key(number));
  if (!bytes) {
    return std::nullopt;
  }
  auto record = decode_instance(*bytes);
  if (!record) {
    return std::nullopt;
  }
  if (walk.filter.order == InstanceOrder::id) {
    return Place{number, {}, std::move(record->id)};
  }
  return Place{number, record->updated_at, {}};
}

bool in_range(const InstanceFilter& filter, const Place& place) {
  return filter.order == InstanceOrder::id
             ? !filter.id_prefix || place.id.starts_with(*filter.id_prefix)
             : !filter.updated_before || place.updated_at < *filter.updated_before;
}

}  // namespace

std::unique_ptr<Rows> few_rows(const Walk& walk) {
  const bool by_id = walk.filter.order == InstanceOrder::id;
  if (!walk.plan.is_selective() && !(by_id && walk.filter.status)) {
    return nullptr;
  }
  const auto numbers = gather(walk);
  if (!numbers) {
    return nullptr;
  }
  const bool down = walk.filter.descending;
  const auto comes_first = [by_id, down](const Place& a, const Place& b) {
    const Place& low = down ? b : a;
    const Place& high = down ? a : b;
    return by_id ? low.id < high.id
                 : std::tie(low.updated_at, low.number) < std::tie(high.updated_at, high.number);
  };
  std::vector<Place> places;
  for (const Number number : *numbers) {
    auto place = place_of(walk, number);
    if (place && in_range(walk.filter, *place) &&
        (!walk.after || comes_first(*walk.after, *place))) {
      places.push_back(std::move(*place));
    }
  }
  std::sort(places.begin(), places.end(), comes_first);
  return std::make_unique<FewRows>(std::move(places));
}

}  // namespace duroxide::storage
