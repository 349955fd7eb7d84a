#include "model/background.hpp"

#include "model/on_linux.hpp"

#if DUROXIDE_ON_LINUX
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace duroxide {

void yield_to_others() {
#if DUROXIDE_ON_LINUX
  constexpr int lowest_priority = 19;
  // On Linux, priority belongs to the thread. If this is refused, the work is merely less polite, as it is
  // where priority belongs to the process.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), lowest_priority);
#endif
}

}  // namespace duroxide
