#include <duroxide/retry.hpp>

#include <algorithm>
#include <cmath>

namespace duroxide::DUROXIDE_ABI {

Milliseconds Backoff::after(std::uint32_t attempt, Duration limit) const {
  const Milliseconds longest = limit;
  const auto base = static_cast<double>(base_.count());
  double delay = 0.0;
  switch (kind_) {
    case Kind::none:
      break;
    case Kind::fixed:
      delay = base;
      break;
    case Kind::linear:
      delay = base * attempt;
      break;
    case Kind::exponential:
      delay = base * std::pow(factor_, attempt == 0 ? 0.0 : attempt - 1.0);
      break;
  }
  // Compared as floating point: a large power does not fit any integer.
  return delay < static_cast<double>(longest.count())
             ? Milliseconds(static_cast<std::int64_t>(std::llround(delay)))
             : longest;
}

RetryPolicy& RetryPolicy::retry_if(const std::function<bool(const ErrorDetails&)>& predicate) {
  retry_if_ = predicate;
  return *this;
}

bool RetryPolicy::should_retry(const ErrorDetails& error) const {
  if (error.do_not_retry) {
    return false;
  }
  return retry_if_ ? retry_if_(error) : error.category != ErrorCategory::configuration;
}

}  // namespace duroxide::DUROXIDE_ABI
