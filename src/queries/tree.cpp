// An instance with what is below it.

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "queries/listing.hpp"
#include "queries/management.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

constexpr std::size_t rows_per_snapshot = 2000;

struct Level {
  Number parent = 0;
  Number next_child = 0;
};

std::optional<Number> next_child(Cursor& children, const Level& level) {
  if (!children.seek(make_key(level.parent, level.next_child)) ||
      number_at(children.key(), 0) != level.parent) {
    return std::nullopt;
  }
  return number_at(children.key(), 8);
}

}  // namespace

InstanceTree Management::tree(const std::string& instance,
                              const std::optional<std::uint32_t>& limit) const {
  auto view = store_->snapshot();
  auto root = find_instance(*view, instance);
  InstanceTree tree;
  tree.root_id = root.record.id;
  tree.instances.push_back(summarize(*view, root.number, std::move(root.record)));
  std::vector<Level> path{{root.number, 0}};
  std::unordered_set<Number> seen{root.number};
  auto children = view->cursor(Table::by_parent);
  const auto is_full = [&] { return limit && tree.instances.size() >= *limit; };
  for (std::size_t rows = 1; !path.empty() && !is_full(); ++rows) {
    if (rows % rows_per_snapshot == 0) {
      children.reset();
      view.reset();
      view = store_->snapshot();
      children = view->cursor(Table::by_parent);
    }
    const auto child = next_child(*children, path.back());
    if (!child) {
      path.pop_back();
      continue;
    }
    path.back().next_child = *child + 1;
    if (!seen.insert(*child).second) {
      continue;  // imported instances can name each other as parents
    }
    if (auto record = load_if_readable(*view, *child, log_)) {
      tree.instances.push_back(summarize(*view, *child, std::move(*record)));
    }
    path.push_back({*child, 0});
  }
  return tree;
}

}  // namespace duroxide::storage
