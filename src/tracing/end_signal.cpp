#include "tracing/end_signal.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <poll.h>

namespace duroxide::tracing {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void EndSignal::end_by(SteadyTime time) {
  end_by_ = time;
  given_.raise();
}

int EndSignal::milliseconds_to(SteadyTime until) {
  const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 60'000));
}

bool EndSignal::wait_for(int file, short events, SteadyTime until) const {
  while (true) {
    const bool was_given = is_given();
    const SteadyTime limit = std::min(until, end_by_.load());
    if (steady_clock::now() >= limit) {
      return false;
    }
    std::array<pollfd, 2> entries{{{file, events, 0}, {was_given ? -1 : given_.file(), POLLIN, 0}}};
    (void)::poll(entries.data(), entries.size(), milliseconds_to(limit));
    if (entries[0].revents != 0) {
      return true;
    }
  }
}

void EndSignal::pause(SteadyTime until) const {
  while (!is_given() && steady_clock::now() < until) {
    pollfd entry{given_.file(), POLLIN, 0};
    (void)::poll(&entry, 1, milliseconds_to(until));
  }
}

}  // namespace duroxide::tracing
