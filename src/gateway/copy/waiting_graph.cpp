#include "gateway/copy/waiting_graph.hpp"

#include <algorithm>
#include <utility>

namespace duroxide::gateway {

void WaitingGraph::add(const std::string& instance, std::vector<std::string> needed) {
  needed_.emplace(instance, std::move(needed));
}

void WaitingGraph::exclude(const std::string& instance, std::string why) {
  excluded_.emplace(instance, std::move(why));
}

std::map<std::string, std::string> WaitingGraph::excluded() const {
  Reasons reasons = excluded_;
  add_circles(reasons);
  add_neighbours(reasons);
  return reasons;
}

/// By whom each is waited for.
std::map<std::string, std::vector<std::string>> WaitingGraph::waiting() const {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& [instance, needed] : needed_) {
    for (const std::string& each : needed) {
      found[each].push_back(instance);
    }
  }
  return found;
}

/// Takes away whatever waits for nothing that is left, again and again; what stays waits in a circle, or for
/// one who does.
void WaitingGraph::add_circles(Reasons& reasons) const {
  const auto waiting_for = waiting();
  std::map<std::string, std::size_t> open;
  std::vector<std::string> free;
  for (const auto& [instance, needed] : needed_) {
    const auto known = std::count_if(needed.begin(), needed.end(), [&](const std::string& each) {
      return needed_.count(each) != 0;
    });
    open[instance] = static_cast<std::size_t>(known);
    if (known == 0) {
      free.push_back(instance);
    }
  }
  while (!free.empty()) {
    const std::string instance = std::move(free.back());
    free.pop_back();
    open.erase(instance);
    const auto found = waiting_for.find(instance);
    if (found == waiting_for.end()) {
      continue;
    }
    for (const std::string& each : found->second) {
      if (--open[each] == 0) {
        free.push_back(each);
      }
    }
  }
  for (const auto& [instance, count] : open) {
    const auto& needed = needed_.at(instance);
    const auto other = std::find_if(needed.begin(), needed.end(),
                                    [&](const std::string& each) { return open.count(each) != 0; });
    reasons.emplace(instance, "it waits for `" + *other +
                                  "`, and instances that wait for each other cannot be copied one "
                                  "before the other");
  }
}

/// From those that have a reason outwards.
void WaitingGraph::add_neighbours(Reasons& reasons) const {
  const auto waiting_for = waiting();
  std::vector<std::string> open;
  open.reserve(reasons.size());
  for (const auto& [instance, why] : reasons) {
    open.push_back(instance);
  }
  while (!open.empty()) {
    const std::string instance = std::move(open.back());
    open.pop_back();
    const auto take = [&](const std::string& other, const char* how) {
      if (needed_.count(other) != 0 &&
          reasons.emplace(other, how + ("`" + instance + "`, which cannot be copied")).second) {
        open.push_back(other);
      }
    };
    if (const auto found = waiting_for.find(instance); found != waiting_for.end()) {
      for (const std::string& each : found->second) {
        take(each, "it waits for ");
      }
    }
    if (const auto found = needed_.find(instance); found != needed_.end()) {
      for (const std::string& each : found->second) {
        take(each, "it is waited for by ");
      }
    }
  }
}

}  // namespace duroxide::gateway
