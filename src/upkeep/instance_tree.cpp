#include "upkeep/instance_tree.hpp"

#include <string>
#include <utility>
#include <vector>

#include "engine/rows.hpp"

namespace duroxide::storage {

TreeSearch find_tree(Transaction& transaction, Number root, InstanceRecord record,
                     bool with_running, std::map<Number, InstanceRecord>& tree) {
  tree.emplace(root, std::move(record));
  std::vector<Number> to_look_at{root};
  while (!to_look_at.empty()) {
    const Number parent = to_look_at.back();
    to_look_at.pop_back();
    if (!with_running && tree.at(parent).status == ExecutionStatus::running) {
      return TreeSearch::has_running;
    }
    for (const std::string& key :
         keys_of(transaction.batch(), Table::by_parent, make_key(parent))) {
      const Number child = number_at(key, 8);
      auto found = transaction.instances().load(child);
      if (!found) {
        throw_corrupt(Table::by_parent, key, "there is no such child");
      }
      if (tree.emplace(child, std::move(*found)).second) {
        to_look_at.push_back(child);
      }
      if (tree.size() > transaction.options().most_in_tree) {
        return TreeSearch::is_large;
      }
    }
  }
  return TreeSearch::whole;
}

}  // namespace duroxide::storage
