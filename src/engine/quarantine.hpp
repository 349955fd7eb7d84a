#pragma once

#include <cstddef>
#include <set>
#include <unordered_set>

#include "storage/keys.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// Which instances and activities must be left alone: the keys of table `quarantine`, and of the
/// rows that the open batch adds to it. What the batch takes out stays in until it is committed.
class Quarantine {
 public:
  /// Reads the table; there are few rows in it. Throws `StorageFailure`, and then has changed nothing.
  void load(const ReadView& committed);
  /// A commit has changed the table, which has to be read anew.
  void touched() { loaded_ = false; }
  [[nodiscard]] bool worth_a_look() const { return !loaded_; }

  void add(Number number) { instances_.insert(number); }
  void add(const WorkKey& key) { activities_.insert(key); }
  [[nodiscard]] bool contains(Number number) const { return instances_.contains(number); }
  [[nodiscard]] bool contains(const WorkKey& key) const { return activities_.contains(key); }
  /// Whether there may be a row of the instance, or of an activity of it.
  [[nodiscard]] bool any_of(Number number) const;

 private:
  std::unordered_set<Number> instances_;
  std::set<WorkKey> activities_;
  bool loaded_ = false;
};

}  // namespace duroxide::storage
