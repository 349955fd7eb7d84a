#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/pending_call_options.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {

struct CallSurroundings;

/// What stands behind a pending call, whatever it answers. Thread-safe.
class DUROXIDE_API CallState : public std::enable_shared_from_this<CallState> {
 public:
  CallState();
  virtual ~CallState();
  CallState(const CallState&) = delete;
  CallState& operator=(const CallState&) = delete;

  /// Makes the call: `make` has it made in its callback form, which tells the answer to this state.
  void begin(const CallSurroundings& surroundings, const CallOptions& options,
             const std::function<void()>& make);

  void cancel();
  [[nodiscard]] bool is_answered() const;
  [[nodiscard]] bool is_in_place() const;

  /// Of those who want the answer the first gets it; the others learn here that they do not.
  [[nodiscard]] Result<void, ClientError> ask_for_answer();
  /// Waits for the answer, and claims it. Errors: as above; `would_deadlock`.
  [[nodiscard]] Result<void, ClientError> wait();
  /// Calls `callback` once, on the executor, with something else than the answer.
  void call_back(std::function<void()> callback);
  /// Calls `continuation` once, on the executor, when the answer is there.
  void when_answered(std::function<void()> continuation);
  /// Nobody wants the answer any more: cancels, and calls no continuation.
  void abandon() noexcept;
  /// The same, if nobody has asked for it.
  void abandon_unless_asked_for() noexcept;

  virtual void fail(ClientError error) = 0;

 protected:
  /// True for the first answer, which is the one that counts.
  [[nodiscard]] bool claim_answer();
  /// The answer that was claimed is in its place.
  void answered();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

template <class Answer>
class AnswerState final : public CallState {
 public:
  void answer(Answer answer) {
    if (claim_answer()) {
      answer_.emplace(std::move(answer));
      answered();
    }
  }
  void fail(ClientError error) override { answer(failure(std::move(error))); }
  /// By the one who has asked for it, once it is there.
  [[nodiscard]] Answer take() { return std::move(*answer_); }

 private:
  std::optional<Answer> answer_;
};

[[nodiscard]] DUROXIDE_API ClientError nothing_pending();
/// Calls `callback` for a call that is nobody's: what it throws goes to standard error.
DUROXIDE_API void call_back_without_call(const std::function<void()>& callback);

}  // namespace detail

/// A call that was made and whose answer comes later. Ask for the answer in one way, once: `wait`,
/// `then` or `co_await`; who asks a second time is told `invalid_input`.
///
/// If it is destroyed before anybody has asked, or a coroutine that awaits it is, the call is
/// cancelled. Destroy a suspended coroutine only on the single thread of its executor: in place, or in a
/// pool, another thread may just be resuming it. There use `cancel`, and let it end by itself. A cancelled call is answered once, with `cancelled`, unless its answer has come first:
///
/// - What had not gone to the store yet is not sent, and changes nothing.
/// - A wait is taken back from the store.
/// - What had been sent may be done or not, and the message says so: look, or make the call again if
///   that does no harm, as a start with `ReusePolicy::use_existing_same_input`.
///
/// It may be moved, and outlive its client: the last copy of that answers what is pending. All but
/// moving it is safe on any thread.
template <class T>
class [[nodiscard]] PendingCall {
 public:
  using Answer = Result<T, ClientError>;

  explicit PendingCall(std::shared_ptr<detail::AnswerState<Answer>> state)
      : state_(std::move(state)) {}
  PendingCall(PendingCall&& other) noexcept : state_(std::move(other.state_)) {}
  PendingCall& operator=(PendingCall&& other) noexcept {
    if (this != &other) {
      drop();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~PendingCall() { drop(); }

  /// Waits for the answer. Where a blocking call would, it answers `would_deadlock`; the call then goes
  /// on, and its answer can still be asked for in another way.
  [[nodiscard]] Answer wait() {
    if (state_ == nullptr) {
      return failure(detail::nothing_pending());
    }
    if (auto waited = state_->wait(); !waited) {
      return failure(std::move(waited).error());
    }
    return state_->take();
  }

  /// Has `callback` called once, on the executor; in place and at once if the answer is there and the
  /// executor is in place. It is kept alive by the call, and this object may go. What it throws goes
  /// to the store's log. If the answer was asked for before, the callback is told so in the same way;
  /// of a call that was moved from it is called in place, and what it throws goes to standard error.
  void then(std::function<void(Answer)> callback) {
    if (state_ == nullptr) {
      detail::call_back_without_call([&] { callback(failure(detail::nothing_pending())); });
      return;
    }
    if (auto asked = state_->ask_for_answer(); !asked) {
      state_->call_back([callback = std::move(callback), error = std::move(asked).error()] {
        callback(failure(error));
      });
      return;
    }
    state_->when_answered(
        [state = state_, callback = std::move(callback)] { callback(state->take()); });
  }

  /// From any thread, as often as you like; does nothing once the call is answered.
  void cancel() {
    if (state_ != nullptr) {
      state_->cancel();
    }
  }

  [[nodiscard]] bool is_ready() const { return state_ != nullptr && state_->is_answered(); }

  class Awaiter {
   public:
    explicit Awaiter(std::shared_ptr<detail::AnswerState<Answer>> state)
        : state_(std::move(state)) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      if (is_suspended_) {
        state_->abandon();
      }
    }

    [[nodiscard]] bool await_ready() {
      if (state_ == nullptr) {
        refused_ = detail::nothing_pending();
      } else if (auto asked = state_->ask_for_answer(); !asked) {
        refused_ = std::move(asked).error();
      }
      return refused_ || (state_->is_answered() && state_->is_in_place());
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      is_suspended_ = true;
      // The coroutine may go on, and this end, on another thread before this returns.
      state_->when_answered([waiter] { waiter.resume(); });
    }
    [[nodiscard]] Answer await_resume() {
      is_suspended_ = false;
      if (refused_) {
        return failure(std::move(*refused_));
      }
      return state_->take();
    }

   private:
    std::shared_ptr<detail::AnswerState<Answer>> state_;
    std::optional<ClientError> refused_;
    bool is_suspended_ = false;
  };

  /// In any coroutine of yours, which goes on on the executor. Not in an orchestration, which could not
  /// be replayed: there it does not compile.
  [[nodiscard]] Awaiter operator co_await() const { return Awaiter(state_); }

 private:
  void drop() noexcept {
    if (state_ != nullptr) {
      state_->abandon_unless_asked_for();
    }
  }

  std::shared_ptr<detail::AnswerState<Answer>> state_;
};

namespace detail {

/// Makes a call of one that takes a callback: `make` gets the callback.
template <class T, class Make>
[[nodiscard]] PendingCall<T> begin_call(const CallSurroundings& surroundings,
                                        const CallOptions& options, const Make& make) {
  using Answer = typename PendingCall<T>::Answer;
  auto state = std::make_shared<AnswerState<Answer>>();
  state->begin(surroundings, options, [&make, &state] {
    make([state](Answer answer) { state->answer(std::move(answer)); });
  });
  return PendingCall<T>(std::move(state));
}

}  // namespace detail

}  // namespace duroxide::DUROXIDE_ABI
