#include "model/background.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace duroxide {

void yield_to_others() {
  constexpr int lowest_priority = 19;
  // On Linux, priority belongs to the thread. If this is refused, the work is merely less polite.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), lowest_priority);
}

}  // namespace duroxide
