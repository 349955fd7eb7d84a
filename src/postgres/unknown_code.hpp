#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/tags.hpp>

#include "postgres/leases.hpp"

namespace duroxide::postgres {

/// Who fetches from one queue in this process, and which code each has said that it does not have. In memory
/// only. What other processes have is not known: they are asked by being offered it.
class UnknownCode {
 public:
  /// Whoever starts instances may name what he likes.
  static constexpr std::size_t most_names = 10'000;

  /// True if that is the first time since it has come.
  bool asks(Asker asker, const TagFilter& tags) {
    return askers_.insert_or_assign(asker, tags).second;
  }
  void leaves(Asker asker) {
    askers_.erase(asker);
    unknown_.erase(asker);
  }
  void add(Asker asker, const std::string& name, Timestamp until) {
    auto& names = unknown_[asker];
    if (names.size() >= most_names) {
      names.clear();
    }
    names[name] = until;
  }
  void forget() { unknown_.clear(); }

  /// Whether another of this process may have it.
  [[nodiscard]] bool another_may_know(const std::string& name) const {
    for (const auto& [asker, tags] : askers_) {
      const auto known = unknown_.find(asker);
      if (known == unknown_.end() || !known->second.contains(name)) {
        return true;
      }
    }
    return false;
  }

  /// What one who asks is not given now: what another may know, here, or for a while elsewhere.
  [[nodiscard]] std::vector<std::string> left_to_others(Asker asker, bool has_others,
                                                        Timestamp now) const {
    std::vector<std::string> names;
    const auto known = unknown_.find(asker);
    if (known != unknown_.end()) {
      for (const auto& [name, until] : known->second) {
        if (another_may_know(name) || (has_others && now < until)) {
          names.push_back(name);
        }
      }
    }
    return names;
  }

 private:
  std::map<Asker, TagFilter> askers_;
  std::map<Asker, std::map<std::string, Timestamp>> unknown_;
};

}  // namespace duroxide::postgres
