#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <duroxide/codec.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>
#include <duroxide/task.hpp>

namespace duroxide {

namespace detail {

class ExecutionCore;
class CallDriver;

/// The place where the outcome of one scheduled thing arrives.
struct Slot {
  ExecutionCore* core = nullptr;  ///< null once the execution has ended
  std::size_t kind = 0;           ///< of the event that has scheduled it: its place in `EventKind`
  std::uint64_t event_id = 0;
  std::string name;
  bool complete = false;
  bool taken = false;         ///< the outcome has reached the code
  bool interrupted = false;   ///< whoever awaits it is to learn of the cancellation instead
  bool internal = false;      ///< awaited by the engine's own code, which is never interrupted
  std::uint64_t arrival = 0;  ///< external and queued events: their place in the order of arrival
  Result<std::string, ErrorDetails> outcome;
  Completion* waiter = nullptr;
  std::shared_ptr<CallDriver> driver;  ///< a call with retries or a timeout: what makes it
};

/// The future of `slot` is gone. If it is not complete, what it stands for is cancelled.
void drop_slot(Slot& slot) noexcept;

/// Throws `std::logic_error` for a future that was moved from, or that somebody else awaits now.
void check_awaitable(const Slot* slot);

/// Whether an await of `slot` that begins now is to learn of the cancellation; then it is marked so.
[[nodiscard]] bool interrupt_at_start(Slot& slot);

/// Throws `OrchestrationCancelled` if the await that ends was interrupted.
void throw_if_interrupted(Slot& slot);

/// Throws the exception that belongs to the kind of slot.
[[noreturn]] void throw_failure(const Slot& slot, ErrorDetails details);

/// Throws the `PayloadError` of a slot whose outcome is not of the type asked for.
[[noreturn]] void throw_undecodable(const Slot& slot, const std::string& why);

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
  [[nodiscard]] bool is_ready() const noexcept { return slot_ && slot_->complete; }

  // The engine's side: see detail::Awaiter.
  void start(detail::TurnScheduler&, detail::Completion& completion) {
    detail::check_awaitable(slot_.get());
    if (slot_->complete || detail::interrupt_at_start(*slot_)) {
      completion.done();
    } else {
      slot_->waiter = &completion;
    }
  }
  void stop_waiting() noexcept {
    if (slot_) {
      slot_->waiter = nullptr;
    }
  }
  T take() {
    detail::throw_if_interrupted(*slot_);
    slot_->taken = true;
    if (!slot_->outcome) {
      detail::throw_failure(*slot_, slot_->outcome.error());
    }
    if constexpr (!std::is_void_v<T>) {
      auto decoded = decode_payload<T>(*slot_->outcome);
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

}  // namespace duroxide
