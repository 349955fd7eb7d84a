#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>

#include "storage/common.hpp"

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

  enum class Sort : std::uint8_t {
    want,    ///< something is missing that may come
    damage,  ///< parts of it cannot be read
  };

  struct Reason {
    Origin origin;
    std::string text;
    Timestamp since;
    Sort sort = Sort::want;
  };

  /// It waits. If it did so for the same reason when it was handed out last, then ever since.
  void set(const Origin& origin, std::string reason, Timestamp now, Sort sort = Sort::want);
  /// It has been handed out, and waits no more unless it comes back.
  void handed_out(const Origin& origin);
  /// It has got on, or is gone.
  void clear(const Origin& origin);
  void clear_all(Number number);
  /// Of the instance itself, or else of one of its activities.
  [[nodiscard]] std::optional<std::string> find(Number number) const;
  [[nodiscard]] std::optional<std::string> find(const Origin& origin) const;
  /// Why no turn of the instance is handed out; none if it is not damaged, as far as is known.
  [[nodiscard]] std::optional<std::string> find_damage(Number number) const;
  /// By instance.
  [[nodiscard]] std::vector<Reason> all() const;

 private:
  // Nearly always nothing waits, and then a delivery costs no lock.
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  struct Entry {
    std::string text;
    Timestamp since;
    Sort sort = Sort::want;
    bool waits = true;
  };
  std::map<Origin, Entry> reasons_;
};

}  // namespace duroxide::storage
