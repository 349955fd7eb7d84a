#pragma once

// The clock of an actor system of our own. It belongs to one release of CAF, 0.17.6, as
// `duroxide/detail/caf.hpp` does.

#include <atomic>
#include <cstdint>

#include <caf/detail/thread_safe_actor_clock.hpp>

namespace duroxide::DUROXIDE_ABI::actors {

/// CAF's clock, which has a thread of its own, but for one thing: whenever an actor ends, CAF tells its
/// clock to forget the timeouts that the actor may have, which wakes that thread. Every orchestrator ends
/// with its instance, and ours have no timeouts, only delayed messages, which are sent in any case. So as
/// long as no actor of the system has set a timeout, there is nothing to forget, and nobody is woken.
class DelayClock final : public caf::detail::thread_safe_actor_clock {
 public:
  void set_ordinary_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type,
                            std::uint64_t id) override {
    has_timeouts_ = true;
    thread_safe_actor_clock::set_ordinary_timeout(due, self, type, id);
  }
  void set_multi_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type,
                         std::uint64_t id) override {
    has_timeouts_ = true;
    thread_safe_actor_clock::set_multi_timeout(due, self, type, id);
  }
  void set_request_timeout(time_point due, caf::abstract_actor* self, caf::message_id id) override {
    has_timeouts_ = true;
    thread_safe_actor_clock::set_request_timeout(due, self, id);
  }
  void cancel_timeouts(caf::abstract_actor* self) override {
    if (has_timeouts_) {
      thread_safe_actor_clock::cancel_timeouts(self);
    }
  }

 private:
  std::atomic<bool> has_timeouts_ = false;  ///< some actor has had one, some time
};

}  // namespace duroxide::DUROXIDE_ABI::actors
