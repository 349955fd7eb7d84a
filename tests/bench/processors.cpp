#include "processors.hpp"

#include <atomic>

#include <sched.h>
#include <unistd.h>

namespace {

constinit std::atomic<int> believed{0};  // 0: as many as there are

}  // namespace

extern "C" {

// Stands in for the function of the C library that `std::thread::hardware_concurrency` asks, and that
// knows nothing of the processors which a process may use.
int duroxide_get_nprocs() __asm__("get_nprocs") __attribute__((visibility("default"), used));

int duroxide_get_nprocs() {
  const int number = believed;
  return number > 0 ? number : static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
}
}

bool use_two_processors() {
  constexpr int wanted = 2;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    return false;
  }
  cpu_set_t used;
  CPU_ZERO(&used);
  int found = 0;
  for (int processor = 0; processor < CPU_SETSIZE && found < wanted; ++processor) {
    if (CPU_ISSET(static_cast<unsigned>(processor), &allowed)) {
      CPU_SET(static_cast<unsigned>(processor), &used);
      ++found;
    }
  }
  if (found < wanted || ::sched_setaffinity(0, sizeof used, &used) != 0) {
    return false;
  }
  believed = wanted;
  return true;
}
