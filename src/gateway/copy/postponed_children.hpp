#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace duroxide::gateway {

/// Children that stand before their parents in a listing, as in a store that they were copied to. Imported in
/// that order they would not find their place in the tree.
class PostponedChildren {
 public:
  void add(std::string instance, std::string parent) {
    children_.push_back({std::move(instance), std::move(parent)});
  }
  [[nodiscard]] std::size_t size() const { return children_.size(); }

  /// Takes out those whose parents are not among them; or all, if there are none.
  [[nodiscard]] std::vector<std::string> take() {
    std::set<std::string> open;
    for (const Child& child : children_) {
      open.insert(child.instance);
    }
    auto ready = std::stable_partition(children_.begin(), children_.end(), [&](const Child& child) {
      return open.count(child.parent) != 0;
    });
    if (ready == children_.end()) {
      ready = children_.begin();  // each in the end is its own parent, which only a hand can write
    }
    std::vector<std::string> taken;
    for (auto child = ready; child != children_.end(); ++child) {
      taken.push_back(std::move(child->instance));
    }
    children_.erase(ready, children_.end());
    return taken;
  }

 private:
  struct Child {
    std::string instance;
    std::string parent;
  };

  std::vector<Child> children_;
};

}  // namespace duroxide::gateway
