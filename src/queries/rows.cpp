#include "queries/rows.hpp"

#include <algorithm>

namespace duroxide::storage {

namespace {

class NoRows final : public Rows {
 public:
  std::optional<Step> next() override { return std::nullopt; }
  Place place() const override { return {}; }
};

}  // namespace

bool Walk::holds(Number number, bool known_status) const {
  if (number < plan.first || number >= plan.end) {
    return false;
  }
  for (const auto& list : plan.lists) {
    if (!std::binary_search(list.begin(), list.end(), number)) {
      return false;
    }
  }
  for (std::size_t i = 0; i < plan.sets.size(); ++i) {
    if (known_status && plan.status_set == i) {
      continue;
    }
    if (!contains(view, plan.sets[i], number)) {
      return false;
    }
  }
  return true;
}

std::unique_ptr<Rows> rows_of(const Walk& walk) {
  if (walk.plan.nothing) {
    return std::make_unique<NoRows>();
  }
  if (walk.filter.order == InstanceOrder::created) {
    return rows_by_creation(walk);
  }
  if (auto few = few_rows(walk)) {
    return few;
  }
  return walk.filter.order == InstanceOrder::updated ? rows_by_update(walk) : rows_by_id(walk);
}

}  // namespace duroxide::storage
