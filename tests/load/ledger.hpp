#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <forward_list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/duroxide.hpp>

namespace duroxide::load {

/// Longer than anything here takes; what waits so long has failed.
inline constexpr std::chrono::seconds ample{300};

/// What a load has done, what went wrong, and what its code and its people must tell each other. It
/// does not grow with the load. Safe to use from any number of threads.
class Ledger {
 public:
  void count(const std::string& what, std::uint64_t times = 1);
  [[nodiscard]] std::uint64_t count_of(const std::string& what) const;
  [[nodiscard]] std::map<std::string, std::uint64_t> counts() const;

  /// Something that must not happen. The first hundred are kept.
  void problem(const std::string& what);
  [[nodiscard]] std::vector<std::string> problems() const;

  /// Whether this is the first call for a key. `forget` lets the key begin anew.
  bool is_first(const std::string& key);
  void forget(const std::string& key);

  /// Hands the name of an activity call to whoever completes it.
  void offer(const std::string& key, const ActivityToken& token);
  [[nodiscard]] ActivityToken take(const std::string& key);

  /// Orchestrations whose code is in memory now.
  [[nodiscard]] std::int64_t frames() const { return frames_; }

  /// Has every run of an orchestration's code leave so many bytes behind, as a defect would.
  void plant_leak(std::size_t bytes) { leak_ = bytes; }

 private:
  friend class Frame;

  void leave_something_behind();

  mutable std::mutex mutex_;
  std::condition_variable offered_;
  std::map<std::string, std::uint64_t> counts_;
  std::vector<std::string> problems_;
  std::set<std::string> first_;
  std::map<std::string, ActivityToken> tokens_;
  std::atomic<std::int64_t> frames_{0};
  std::size_t leak_ = 0;
  std::forward_list<std::unique_ptr<char[]>> leaked_;
};

/// Stands in every orchestration's code, so that what is in memory can be counted.
class Frame {
 public:
  explicit Frame(Ledger& ledger);
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

 private:
  Ledger& ledger_;
};

}  // namespace duroxide::load
