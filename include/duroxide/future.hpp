#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <duroxide/codec.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>
#include <duroxide/task.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {

class ExecutionCore;

/// The place where the outcome of one scheduled thing arrives.
struct Slot;

/// The future of `slot` is gone. If it is not complete, what it stands for is cancelled.
DUROXIDE_API void drop_slot(Slot& slot) noexcept;

/// Whether awaiting it would go on at once.
[[nodiscard]] DUROXIDE_API bool is_complete(const Slot& slot) noexcept;

/// Somebody awaits `slot` and is told by `completion`, at once if it is complete or interrupted.
/// Throws `std::logic_error` for a future that was moved from, or that somebody else awaits now.
DUROXIDE_API void start_waiting(Slot* slot, Completion& completion);

DUROXIDE_API void stop_waiting(Slot& slot) noexcept;

/// The text that came. Throws the exception that belongs to the kind of slot for a failure, and
/// `OrchestrationCancelled` if the await that ends was interrupted.
[[nodiscard]] DUROXIDE_API const std::string& take_outcome(Slot& slot);

/// Throws the `PayloadError` of a slot whose outcome is not of the type asked for.
[[noreturn]] DUROXIDE_API void throw_undecodable(const Slot& slot, const std::string& why);

}  // namespace detail

/// An awaitable that gives a `Result` where the one it wraps would throw.
template <class A>
class [[nodiscard]] AsResult {
 public:
  using Inner = std::remove_cvref_t<A>;
  using value_type = Result<typename Inner::value_type, ErrorDetails>;
  using DurableAwaitableTag = void;

  explicit AsResult(Inner&& inner) : inner_(std::move(inner)) {}

  [[nodiscard]] bool is_ready() const noexcept { return inner_.is_ready(); }
  void start(detail::TurnScheduler& scheduler, detail::Completion& completion) {
    inner_.start(scheduler, completion);
  }
  void stop_waiting() noexcept { inner_.stop_waiting(); }
  value_type take() {
    try {
      if constexpr (std::is_void_v<typename Inner::value_type>) {
        inner_.take();
        return {};
      } else {
        return inner_.take();
      }
    } catch (const OrchestrationError& error) {
      return failure(error.details());
    }
  }

 private:
  Inner inner_;
};

namespace detail {
template <class T, class F>
struct MappedValue {
  using Type = std::invoke_result_t<F&, T>;
};
template <class F>
struct MappedValue<void, F> {
  using Type = std::invoke_result_t<F&>;
};
}  // namespace detail

/// An awaitable with a function that its value goes through.
template <class A, class F>
class [[nodiscard]] Mapped {
 public:
  using Inner = std::remove_cvref_t<A>;
  using DurableAwaitableTag = void;
  using value_type = typename detail::MappedValue<typename Inner::value_type, F>::Type;

  Mapped(Inner&& inner, F function) : inner_(std::move(inner)), function_(std::move(function)) {}

  [[nodiscard]] bool is_ready() const noexcept { return inner_.is_ready(); }
  void start(detail::TurnScheduler& scheduler, detail::Completion& completion) {
    inner_.start(scheduler, completion);
  }
  void stop_waiting() noexcept { inner_.stop_waiting(); }
  value_type take() {
    if constexpr (std::is_void_v<typename Inner::value_type>) {
      inner_.take();
      return function_();
    } else {
      return function_(inner_.take());
    }
  }

 private:
  Inner inner_;
  F function_;
};

/// Something that was scheduled and is still to come: an activity, a timer, an event or a
/// sub-orchestration. It was scheduled, and recorded, when the future was made; awaiting it only
/// waits. Dropping it before it is complete cancels it, in the store as well: an activity that
/// nobody waits for is not run, a timer does not fire, a child is asked to stop, and an event goes to
/// the next wait of its name.
///
/// `co_await` gives the value or throws `ActivityFailed`, `SubOrchestrationFailed` or `PayloadError`;
/// or `OrchestrationCancelled`, when the instance is asked to stop.
template <class T>
class [[nodiscard]] DurableFuture {
 public:
  using value_type = T;
  using DurableAwaitableTag = void;

  explicit DurableFuture(std::shared_ptr<detail::Slot> slot) : slot_(std::move(slot)) {}
  DurableFuture(DurableFuture&&) noexcept = default;
  DurableFuture& operator=(DurableFuture&& other) noexcept {
    if (this != &other) {
      drop();
      slot_ = std::move(other.slot_);
    }
    return *this;
  }
  ~DurableFuture() { drop(); }

  /// Gives up the exception for a `Result<T, ErrorDetails>`.
  [[nodiscard]] AsResult<DurableFuture> as_result() && {
    return AsResult<DurableFuture>(std::move(*this));
  }

  /// The same future with `function` applied to its value, when somebody awaits it. The function must
  /// be deterministic, as all orchestration code. Under GCC 12 a lambda with captures needs a name.
  template <class F>
  [[nodiscard]] Mapped<DurableFuture, std::decay_t<F>> map(F&& function) && {
    detail::check_callable<F>();
    return Mapped<DurableFuture, std::decay_t<F>>(std::move(*this), std::forward<F>(function));
  }

  /// Whether awaiting it would go on at once.
  [[nodiscard]] bool is_ready() const noexcept { return slot_ && detail::is_complete(*slot_); }

  // The engine's side: see detail::Awaiter.
  void start(detail::TurnScheduler&, detail::Completion& completion) {
    detail::start_waiting(slot_.get(), completion);
  }
  void stop_waiting() noexcept {
    if (slot_) {
      detail::stop_waiting(*slot_);
    }
  }
  T take() {
    const std::string& outcome = detail::take_outcome(*slot_);
    if constexpr (!std::is_void_v<T>) {
      auto decoded = decode_payload<T>(outcome);
      if (!decoded) {
        detail::throw_undecodable(*slot_, decoded.error());
      }
      return std::move(*decoded);
    }
  }

 private:
  void drop() noexcept {
    if (slot_) {
      detail::drop_slot(*slot_);
      slot_.reset();
    }
  }

  std::shared_ptr<detail::Slot> slot_;
};

}  // namespace duroxide::DUROXIDE_ABI
