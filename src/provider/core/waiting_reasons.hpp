#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "provider/core/common.hpp"

namespace duroxide::storage {

/// Why instances cannot go on by themselves, e.g. for want of a registration. Written by the
/// provider, read by management from other threads; true only as long as the process runs.
class WaitingReasons {
 public:
  /// The thing that waits: an instance's turn (`execution` and `event_id` 0) or an activity of it.
  struct Origin {
    Number number = 0;
    std::uint64_t execution = 0;
    std::uint64_t event_id = 0;
    auto operator<=>(const Origin&) const = default;
  };

  void set(const Origin& origin, std::string reason);
  void clear(const Origin& origin);
  void clear_all(Number number);
  /// Of the instance itself, or else of one of its activities.
  [[nodiscard]] std::optional<std::string> find(Number number) const;
  [[nodiscard]] std::optional<std::string> find(const Origin& origin) const;

 private:
  // Nearly always nothing waits, and then a delivery costs no lock.
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::map<Origin, std::string> reasons_;
};

}  // namespace duroxide::storage
