#include "engine/unknown_names.hpp"

#include <algorithm>

namespace duroxide::storage {

bool UnknownNames::asks(Holder holder, const TagFilter& tags) {
  const auto [asker, is_new] = askers_.try_emplace(holder, tags);
  if (!is_new && asker->second != tags) {
    asker->second = tags;
  }
  return is_new;
}

bool UnknownNames::leaves(Holder holder) {
  if (askers_.erase(holder) == 0) {
    return false;
  }
  for (auto& entry : unknown_) {
    std::erase(entry.second.holders, holder);
  }
  std::erase_if(unknown_, [](const auto& entry) { return entry.second.holders.empty(); });
  return true;
}

void UnknownNames::add(const std::string& name, Holder holder,
                       const std::optional<std::string>& waiting_for) {
  if (unknown_.size() >= most_names && !unknown_.contains(name)) {
    forget();
  }
  Unknown& unknown = unknown_[name];
  if (std::find(unknown.holders.begin(), unknown.holders.end(), holder) == unknown.holders.end()) {
    unknown.holders.push_back(holder);
  }
  if (waiting_for) {
    unknown.waiting_for = waiting_for;
  }
}

const std::string* UnknownNames::waiting_for(const std::string& name) const {
  const auto found = unknown_.find(name);
  return found != unknown_.end() && found->second.waiting_for ? &*found->second.waiting_for
                                                              : nullptr;
}

bool UnknownNames::is_unknown(const std::string& name, Holder holder) const {
  const auto found = unknown_.find(name);
  if (found == unknown_.end()) {
    return false;
  }
  const auto& holders = found->second.holders;
  return std::find(holders.begin(), holders.end(), holder) != holders.end();
}

}  // namespace duroxide::storage
