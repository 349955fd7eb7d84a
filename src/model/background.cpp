#include "model/background.hpp"

#include "model/on_linux.hpp"

#if DUROXIDE_ON_LINUX
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace duroxide::DUROXIDE_ABI {

namespace {

/// On Linux, priority belongs to the thread. If this is refused, the work is merely less polite, as it is
/// where priority belongs to the process.
void be_nicer([[maybe_unused]] int by) {
#if DUROXIDE_ON_LINUX
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  (void)setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + by);
#endif
}

}  // namespace

void yield_to_others() {
  be_nicer(40);  // as far as it goes
}

void give_way_to_others() {
  be_nicer(5);  // about a third of what a thread of usual priority gets
}

}  // namespace duroxide::DUROXIDE_ABI
