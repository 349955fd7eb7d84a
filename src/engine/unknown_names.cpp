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
    std::erase(entry.second, holder);
  }
  std::erase_if(unknown_, [](const auto& entry) { return entry.second.empty(); });
  return true;
}

void UnknownNames::add(const std::string& name, Holder holder) {
  if (!is_unknown(name, holder)) {
    unknown_[name].push_back(holder);
  }
}

bool UnknownNames::is_unknown(const std::string& name, Holder holder) const {
  const auto found = unknown_.find(name);
  return found != unknown_.end() &&
         std::find(found->second.begin(), found->second.end(), holder) != found->second.end();
}

}  // namespace duroxide::storage
