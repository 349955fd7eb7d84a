#include "client/call_state.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

#include "client/blocking.hpp"
#include "client/call.hpp"
#include "client/client_errors.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

CallSurroundings::CallSurroundings(const Store& store)
    : log(StoreAccess::impl(store).log),
      process(StoreAccess::impl(store).process),
      system(&StoreAccess::system(store)),
      deliveries(std::make_shared<client::Deliveries>(log)) {}

ClientError nothing_pending() {
  return {ClientError::Kind::invalid_input, "no call is pending here: it was moved from"};
}

void call_back_without_call(const std::function<void()>& callback) {
  client::run_callback(stderr_log_sink(LogLevel::error), callback);
}

struct CallState::Impl final : client::Call {
  explicit Impl(CallState& owner) : state(owner) {}

  [[nodiscard]] bool is_over() const override { return state.is_answered(); }
  void give_up(ClientError error) override { state.fail(std::move(error)); }
  [[nodiscard]] std::optional<Milliseconds> timeout() const override { return limit; }

  /// Takes the continuation, if there is one, and calls it.
  void go_on();
  /// Has that done on the executor.
  void deliver(std::shared_ptr<CallState> self);

  CallState& state;
  // As it is made, before anybody else knows of it.
  std::optional<Milliseconds> limit;
  Executor executor;
  std::shared_ptr<client::Deliveries> deliveries;
  LogSink log;
  std::optional<model::ProcessMark> process;
  caf::actor_system* system = nullptr;

  std::mutex mutex;  ///< guards all that follows
  std::condition_variable changed;
  bool is_claimed = false;
  bool is_answered = false;
  bool is_asked_for = false;
  std::function<void()> continuation;
  client::Companion companion;  ///< that takes it back, until it is answered
  std::unique_ptr<std::stop_callback<std::function<void()>>> stop;
};

CallState::CallState() : impl_(std::make_unique<Impl>(*this)) {}

CallState::~CallState() = default;

void CallState::begin(const CallSurroundings& surroundings, const CallOptions& options,
                      const std::function<void()>& make) {
  impl_->limit = options.timeout();
  impl_->executor = options.executor();
  impl_->deliveries = surroundings.deliveries;
  impl_->log = surroundings.log;
  impl_->process = surroundings.process;
  impl_->system = surroundings.system;
  if (surroundings.process.is_foreign()) {
    fail({ClientError::Kind::storage_error, model::foreign_process_message});
    return;
  }
  if (!surroundings.deliveries->takes_calls()) {
    fail({ClientError::Kind::cancelled,
          "the call was made through a client that is being destroyed; nothing was changed by it"});
    return;
  }
  if (impl_->limit) {
    if (auto checked = client::check_timeout(*impl_->limit); !checked) {
      fail(std::move(checked).error());
      return;
    }
  }
  if (options.stop().stop_requested()) {
    fail({ClientError::Kind::cancelled,
          "the call was cancelled before it was made; nothing was changed by it"});
    return;
  }
  const auto self = shared_from_this();
  client::CallScope scope(std::shared_ptr<client::Call>(self, impl_.get()));
  make();
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->is_answered) {
      return;
    }
    impl_->companion = scope.companion();
  }
  if (options.stop().stop_possible()) {
    // Made without the lock, as it may be called at once.
    auto stop = std::make_unique<std::stop_callback<std::function<void()>>>(
        options.stop(), [call = weak_from_this()] {
          if (const auto state = call.lock()) {
            state->cancel();
          }
        });
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->is_answered) {
      impl_->stop = std::move(stop);
    }
  }
}

void CallState::cancel() {
  client::Companion companion;
  {
    const std::lock_guard lock(impl_->mutex);
    companion = impl_->companion;
  }
  if (companion) {
    companion.cancel(std::shared_ptr<client::Call>(shared_from_this(), impl_.get()));
  }
}

bool CallState::is_answered() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->is_answered;
}

bool CallState::is_in_place() const {
  return impl_->executor.is_in_place();
}

Result<void, ClientError> CallState::ask_for_answer() {
  const std::lock_guard lock(impl_->mutex);
  if (std::exchange(impl_->is_asked_for, true)) {
    return failure(ClientError{ClientError::Kind::invalid_input,
                               "the answer of this call was asked for before; it is had once"});
  }
  return {};
}

Result<void, ClientError> CallState::wait() {
  if (!is_answered()) {
    if (auto checked = client::check_may_block(impl_->log, *impl_->process); !checked) {
      return checked;
    }
  }
  if (auto asked = ask_for_answer(); !asked) {
    return asked;
  }
  if (!is_answered() && actors::is_deterministic(*impl_->system)) {
    actors::run_until(*impl_->system, [this] { return is_answered(); });
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->is_answered) {
      impl_->is_asked_for = false;
      return failure(client::never_answered());
    }
  }
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return impl_->is_answered; });
  return {};
}

bool CallState::claim_answer() {
  const std::lock_guard lock(impl_->mutex);
  return !std::exchange(impl_->is_claimed, true);
}

void CallState::answered() {
  const auto self = shared_from_this();
  client::Companion companion;
  decltype(impl_->stop) stop;
  bool is_awaited = false;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_answered = true;
    companion = std::exchange(impl_->companion, client::Companion());
    stop = std::move(impl_->stop);
    is_awaited = static_cast<bool>(impl_->continuation);
  }
  impl_->changed.notify_all();
  stop.reset();  // unlocked: it may wait for another thread that is just asked to stop
  if (is_awaited) {
    impl_->deliver(self);
  }
}

void CallState::when_answered(std::function<void()> continuation) {
  const auto self = shared_from_this();  // which may otherwise end with the one who goes on
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->continuation = std::move(continuation);
    if (!impl_->is_answered) {
      return;
    }
  }
  impl_->deliver(self);
}

void CallState::call_back(std::function<void()> callback) {
  if (impl_->executor.is_in_place()) {
    client::run_callback(impl_->log, callback);
  } else {
    impl_->deliveries->post(impl_->executor, std::move(callback));
  }
}

void CallState::Impl::deliver(std::shared_ptr<CallState> self) {
  if (executor.is_in_place()) {
    client::run_callback(log, [this] { go_on(); });
  } else {
    deliveries->post(executor, [self = std::move(self)] { self->impl_->go_on(); });
  }
}

void CallState::Impl::go_on() {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex);
    next = std::exchange(continuation, nullptr);
  }
  if (next) {
    next();
  }
}

void CallState::abandon() noexcept {
  std::function<void()> dropped;
  {
    const std::lock_guard lock(impl_->mutex);
    dropped = std::exchange(impl_->continuation, nullptr);
  }
  cancel();
}

void CallState::abandon_unless_asked_for() noexcept {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->is_asked_for || impl_->is_answered) {
      return;
    }
  }
  cancel();
}

}  // namespace duroxide::DUROXIDE_ABI::detail
