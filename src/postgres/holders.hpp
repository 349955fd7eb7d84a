#pragma once

#include <cstdint>
#include <unordered_map>

#include "postgres/leases.hpp"

namespace duroxide::postgres {

/// The numbers under which the database knows who holds something in this process. One that has released
/// everything has another number from then on: so what was resident with it is with nobody.
class Holders {
 public:
  [[nodiscard]] std::int64_t number_of(Asker asker) {
    const auto [entry, is_new] = numbers_.try_emplace(asker, 0);
    if (is_new) {
      entry->second = ++newest_;
    }
    return entry->second;
  }
  [[nodiscard]] bool is_known(Asker asker) const { return numbers_.contains(asker); }
  void forget(Asker asker) { numbers_.erase(asker); }
  /// All of them hold nothing any more, as the process was taken for dead.
  void forget_all() { numbers_.clear(); }

 private:
  std::unordered_map<Asker, std::int64_t> numbers_;
  std::int64_t newest_ = 0;
};

}  // namespace duroxide::postgres
