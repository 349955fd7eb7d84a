#include "tally.hpp"

#include <array>
#include <atomic>
#include <cstddef>

namespace tally {

namespace {

/// Each thread adds to a stripe of its own, as far as there are enough of them: if all added to the same
/// place, counting would cost more than what is counted.
struct alignas(64) Stripe {
  std::array<std::atomic<std::uint64_t>, kinds> counts;
};

constexpr std::size_t stripe_count = 64;
constinit std::array<Stripe, stripe_count> stripes{};
constinit std::atomic<std::size_t> next_stripe{0};
constinit thread_local Stripe* stripe_of_thread = nullptr;

}  // namespace

void add(Kind kind, std::uint64_t by) noexcept {
  if (stripe_of_thread == nullptr) {
    stripe_of_thread = &stripes[next_stripe.fetch_add(1, std::memory_order_relaxed) % stripe_count];
  }
  stripe_of_thread->counts[static_cast<std::size_t>(kind)].fetch_add(by, std::memory_order_relaxed);
}

std::uint64_t sum(Kind kind) noexcept {
  std::uint64_t all = 0;
  for (const Stripe& stripe : stripes) {
    all += stripe.counts[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }
  return all;
}

}  // namespace tally
