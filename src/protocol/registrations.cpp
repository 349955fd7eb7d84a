#include "protocol/registrations.hpp"

#include <algorithm>
#include <utility>

namespace duroxide::DUROXIDE_ABI::detail {

std::shared_ptr<void> Registrations::add(Look look, model::InterceptorList interceptors) {
  const std::lock_guard lock(known_->mutex);
  const auto place =
      known_->runtimes.insert(known_->runtimes.end(), {std::move(look), std::move(interceptors)});
  return {&*place, [known = known_, place](void*) {
            const std::lock_guard guard(known->mutex);
            known->runtimes.erase(place);
          }};
}

std::optional<std::string> Registrations::missing(const std::string& name,
                                                  const std::optional<std::string>& version) const {
  const std::lock_guard lock(known_->mutex);
  std::optional<std::string> first;
  for (const Runtime& each : known_->runtimes) {
    auto missing = each.look(name, version);
    if (!missing) {
      return std::nullopt;
    }
    if (!first) {
      first = std::move(missing);
    }
  }
  return first;
}

model::InterceptorList Registrations::interceptors() const {
  const std::lock_guard lock(known_->mutex);
  model::InterceptorList all;
  for (const Runtime& runtime : known_->runtimes) {
    for (const auto& each : runtime.interceptors) {
      if (std::find(all.begin(), all.end(), each) == all.end()) {
        all.push_back(each);
      }
    }
  }
  return all;
}

}  // namespace duroxide::DUROXIDE_ABI::detail
