#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <duroxide/management_actions.hpp>

#include "engine/instances.hpp"
#include "engine/records.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// The key of a scope in table `paused`: a letter for its kind, then its name.
[[nodiscard]] std::string pause_key(const PauseScope& scope);

/// What is paused: the store first, then orchestrations, then instances, each by name.
[[nodiscard]] std::vector<PausedItem> load_paused(const ReadView& view);

/// What memory knows of table `paused`, and which instances were passed over for it. A pause holds
/// as soon as it is applied, a resumption once it is committed.
class Paused {
 public:
  void load(const ReadView& committed);

  /// The open batch writes this row.
  void add(const std::string& key);
  /// The open batch takes it out.
  void remove(const std::string& key) { touched_.insert(key); }
  /// The open batch is committed: looks again at the rows it has touched. Returns
  /// the instances that were passed over for a pause that is no more. Throws `StorageFailure`, and
  /// then has changed nothing.
  [[nodiscard]] std::vector<Number> batch_ended(const ReadView& committed);
  [[nodiscard]] bool worth_a_look() const { return !loaded_ || !touched_.empty(); }

  [[nodiscard]] bool any() const { return !passed_over_.empty(); }
  [[nodiscard]] bool contains(const std::string& key) const { return passed_over_.contains(key); }
  [[nodiscard]] bool store() const { return store_; }
  /// Whether the instance is paused by itself or by its orchestration's name. If so, it is
  /// remembered until that pause ends.
  [[nodiscard]] bool passes_over(Number number, const InstanceRecord& record);
  /// The same, if it runs.
  [[nodiscard]] bool passes_over(Number number, Instances& instances);

 private:
  std::unordered_map<std::string, std::set<Number>> passed_over_;  ///< by the key of the pause
  std::set<std::string> touched_;
  bool loaded_ = false;
  bool store_ = true;  ///< until the table has been read
};

}  // namespace duroxide::storage
