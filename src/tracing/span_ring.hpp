#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tracing/span.hpp"

namespace duroxide::tracing {

/// Spans between those who make them, any number of threads, and the one that exports them. Nobody waits
/// for anybody, whichever thread the system lets run: it has no lock. It takes its memory when it is made;
/// only a span with texts of more than `text_room` bytes needs some of its own, which a thread that makes
/// spans also gives back, when the place is used again. So an allocator's lock is never held by the one
/// that exports.
class SpanRing {
 public:
  /// Of all texts of a span together.
  static constexpr std::size_t text_room = 104;

  /// For so many spans, at least one.
  explicit SpanRing(std::size_t capacity) : slots_(capacity) {}

  /// How many were put in before it; none if there is no place, or no memory for long texts. From any
  /// thread.
  [[nodiscard]] std::optional<std::uint64_t> push(const Span& span);
  /// How many were put in so far, those included that are being put in just now.
  [[nodiscard]] std::uint64_t pushed() const { return next_.load(); }
  /// How many were taken out so far.
  [[nodiscard]] std::uint64_t popped() const { return head_.load(std::memory_order_relaxed); }

  // Of the thread that exports.

  [[nodiscard]] bool is_empty() const;
  /// The oldest. There is one. Its texts are there until it is taken out.
  [[nodiscard]] Span front() const;
  void pop_front();

 private:
  enum Text : std::size_t { instance, name, version, error, texts };

  /// In round n, which is every time that all places have been gone through, its state is 2n while it is
  /// free or being filled, and 2n + 1 while it is full.
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> state{0};
    SpanNumbers numbers;
    std::array<std::uint32_t, texts> sizes{};
    std::unique_ptr<char[]> long_text;  ///< of those who fill it: in use if they do not fit
    std::array<char, text_room> text;
  };

  [[nodiscard]] Slot& slot_of(std::uint64_t position) {
    return slots_[static_cast<std::size_t>(position % slots_.size())];
  }
  [[nodiscard]] const Slot& slot_of(std::uint64_t position) const {
    return slots_[static_cast<std::size_t>(position % slots_.size())];
  }
  [[nodiscard]] std::uint64_t free_state(std::uint64_t position) const {
    return 2 * (position / slots_.size());
  }

  std::vector<Slot> slots_;
  alignas(64) std::atomic<std::uint64_t> next_{0};
  alignas(64) std::atomic<std::uint64_t> head_{0};
};

}  // namespace duroxide::tracing
