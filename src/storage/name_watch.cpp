#include "storage/name_watch.hpp"

#include <chrono>

#include <sys/stat.h>

#include "model/held_directory.hpp"

namespace duroxide::storage {

namespace {

using std::chrono::milliseconds;

/// Longer than a tick of a clock that counts nanoseconds, and of one that counts seconds, or two.
constexpr milliseconds longest_fine_tick{100};
constexpr milliseconds longest_coarse_tick{3'000};

/// Whether what happens from now on bears a later time.
bool is_settled(const timespec& changed, std::chrono::system_clock::time_point now) {
  const auto since = now.time_since_epoch() - std::chrono::seconds(changed.tv_sec) -
                     std::chrono::nanoseconds(changed.tv_nsec);
  return since > (changed.tv_nsec != 0 ? longest_fine_tick : longest_coarse_tick);
}

bool is_same(const timespec& left, const timespec& right) {
  return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

}  // namespace

NameWatch::NameWatch(const std::filesystem::path& directory)
    : directory_(model::hold_directory(directory, model::Links::followed)) {}

void NameWatch::check(const std::function<void()>& look) {
  struct stat found {};
  const bool is_known = ::fstat(directory_.get(), &found) == 0;
  if (is_known && settled_ && is_same(found.st_ctim, *settled_) && ++unlooked_ < most_unlooked) {
    return;
  }
  settled_.reset();
  unlooked_ = 0;
  // In this order: what happens while `look` does is seen by it, or bears a later time.
  const auto now = std::chrono::system_clock::now();
  look();
  if (is_known && is_settled(found.st_ctim, now)) {
    settled_ = found.st_ctim;
  }
}

}  // namespace duroxide::storage
