#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace duroxide::storage {

/// Whether a store can no longer be trusted with writes, and why. For any thread.
class Breakdown {
 public:
  /// The first reason stays. Whether or not there is memory for it.
  void note(std::string_view reason) noexcept {
    const std::lock_guard lock(mutex_);
    if (has_happened()) {
      return;
    }
    try {
      reason_ = reason;
    } catch (const std::exception&) {
      // Then it has no words.
    }
    happened_.store(true, std::memory_order_release);
  }

  /// Cheap: it is asked all the time.
  [[nodiscard]] bool has_happened() const { return happened_.load(std::memory_order_acquire); }

  [[nodiscard]] std::optional<std::string> reason() const {
    if (!has_happened()) {
      return std::nullopt;
    }
    const std::lock_guard lock(mutex_);
    return reason_.empty() ? "there is no memory" : reason_;
  }

 private:
  mutable std::mutex mutex_;
  std::string reason_;
  std::atomic<bool> happened_{false};
};

}  // namespace duroxide::storage
