#include "model/process_mark.hpp"

#include <atomic>

#include <pthread.h>

namespace duroxide::model {

namespace {

/// One more in each child than in its parent.
std::atomic<std::uint64_t> process_generation{0};

void count_fork() {
  process_generation.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t generation_now() {
  // A process that cannot have the handler, for want of memory, notices no fork.
  static const int registered = ::pthread_atfork(nullptr, nullptr, count_fork);
  (void)registered;
  return process_generation.load(std::memory_order_relaxed);
}

}  // namespace

ProcessMark::ProcessMark() : generation_(generation_now()) {}

bool ProcessMark::is_foreign() const {
  return generation_ != process_generation.load(std::memory_order_relaxed);
}

}  // namespace duroxide::model
