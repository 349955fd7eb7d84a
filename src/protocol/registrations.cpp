#include "protocol/registrations.hpp"

#include <utility>

namespace duroxide::detail {

std::shared_ptr<void> Registrations::add(Look look) {
  const std::lock_guard lock(known_->mutex);
  const auto place = known_->looks.insert(known_->looks.end(), std::move(look));
  return {&*place, [known = known_, place](void*) {
            const std::lock_guard guard(known->mutex);
            known->looks.erase(place);
          }};
}

std::optional<std::string> Registrations::missing(const std::string& name,
                                                  const std::optional<std::string>& version) const {
  const std::lock_guard lock(known_->mutex);
  std::optional<std::string> first;
  for (const Look& look : known_->looks) {
    auto missing = look(name, version);
    if (!missing) {
      return std::nullopt;
    }
    if (!first) {
      first = std::move(missing);
    }
  }
  return first;
}

}  // namespace duroxide::detail
