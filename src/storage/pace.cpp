#include "storage/pace.hpp"

#include <algorithm>

namespace duroxide::storage {

Pace::Time Pace::rest(Time now, Time used, std::uint64_t commits) {
  const Last before = last_.value_or(Last{now, used, commits});
  last_ = Last{now, used, commits};
  credit_ = std::min(credit_ + (now - before.now) / share, most_credit) - (used - before.used);
  if (commits == before.commits) {
    credit_ = std::max(credit_, Time::zero());
  }
  credit_ = std::max(credit_, -longest_rest / share);
  return std::max(-credit_ * share, Time::zero());
}

}  // namespace duroxide::storage
