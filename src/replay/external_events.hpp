#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/future.hpp>

namespace duroxide::replay {

/// Raised events and the waits for them. Both queue by name, first come first served; an event
/// without a wait is kept until there is one.
class ExternalEvents {
 public:
  /// An event has come: it completes the oldest wait of its name, or is kept. Returns the id of the
  /// wait it has completed, or 0.
  std::uint64_t raise(std::string_view name, std::string data);

  /// A new wait. It is complete at once if an event was kept for it.
  void wait(const std::shared_ptr<detail::Slot>& slot);

  /// The wait is given up before anything came.
  void stop_waiting(const detail::Slot& slot);

  /// An event was delivered to a wait whose code never looked at it: back in its old place. Returns
  /// the id of the wait it has completed there, or 0.
  std::uint64_t give_back(const detail::Slot& slot);

  /// Everything kept, in order of arrival.
  [[nodiscard]] std::vector<CarriedEvent> kept() const;

 private:
  struct Name {
    std::map<std::uint64_t, std::string> kept;  ///< by arrival
    std::deque<std::shared_ptr<detail::Slot>> waiting;
  };

  std::uint64_t put(std::string_view name, std::uint64_t arrival, std::string data);

  std::map<std::string, Name, std::less<>> names_;
  std::uint64_t next_arrival_ = 1;
};

/// Gives a slot its outcome and tells whoever awaits it.
void complete(detail::Slot& slot, Result<std::string, ErrorDetails> outcome);

}  // namespace duroxide::replay
