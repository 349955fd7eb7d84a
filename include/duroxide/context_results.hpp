#pragma once

#include <optional>
#include <string>
#include <utility>

#include <duroxide/codec.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/future.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What `continue_as_new` returns; awaiting it never comes back.
class [[nodiscard]] ContinueAsNew {
 public:
  using value_type = void;
  using DurableAwaitableTag = void;
  ContinueAsNew() {}  // NOLINT: an aggregate would meet GCC 12's coroutine defect
  [[nodiscard]] bool is_ready() const noexcept { return false; }
  void start(detail::TurnScheduler&, detail::Completion&) noexcept {}
  void stop_waiting() noexcept {}
  void take() noexcept {}
};

/// Holds the cancellation of an instance off as long as it lives: see `OrchestrationContext::shield`.
class [[nodiscard]] DUROXIDE_API CancellationShield {
 public:
  explicit CancellationShield(detail::ExecutionCore& core);
  CancellationShield(CancellationShield&& other) noexcept
      : core_(std::exchange(other.core_, nullptr)) {}
  CancellationShield& operator=(CancellationShield&&) = delete;
  ~CancellationShield();

 private:
  detail::ExecutionCore* core_;
};

namespace detail {
/// The values that `OrchestrationContext::read_value` brings: the text behind a mark, or nothing.
template <class T>
std::optional<T> decode_read_value(std::string marked) {
  if (marked.empty()) {
    return std::nullopt;
  }
  auto value = decode_payload<T>(marked.substr(1));
  if (!value) {
    throw PayloadError("the value that was read: " + value.error());
  }
  return std::optional<T>(std::move(*value));
}
}  // namespace detail

}  // namespace duroxide::DUROXIDE_ABI
