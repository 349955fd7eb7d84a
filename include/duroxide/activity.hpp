#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/codec.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

class Client;
class ActivitySleep;

namespace detail {
class CoroutineActivity;
}  // namespace detail

/// Names one call of an activity for ever, whichever delivery of it: no other call has the same
/// token, not even one of an instance that was deleted and started anew under its id, nor one that a
/// rewind has scheduled in its place. As text it can leave the process; whoever has it can finish the
/// call with `Client::complete_activity`.
struct DUROXIDE_API ActivityToken {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;
  /// A random number that the instance drew when it was started, and draws anew when it is rewound;
  /// forks and imported instances draw their own. 0 if the instance was last started or restored by a
  /// release without incarnations (0.1 and before).
  std::uint64_t incarnation = 0;

  /// `incarnation/execution/event/instance`, the incarnation as an `i` and 16 hexadecimal digits;
  /// without it if it is 0.
  [[nodiscard]] std::string to_string() const;
  /// Reads both forms. Errors: `invalid_input`, which says what is wrong.
  [[nodiscard]] static Result<ActivityToken, ClientError> parse(std::string_view text);

  bool operator==(const ActivityToken&) const = default;
};

/// What an activity knows about the call it serves. Valid during the call; safe to use from threads
/// that the activity starts and joins.
///
/// An activity runs at least once: after a crash, or a failure of the store, it runs again. Make its
/// effects idempotent, for instance with `token()` as the key.
class DUROXIDE_API ActivityContext {
 public:
  struct Call {
    std::string instance;
    std::uint64_t execution_id = 0;
    std::uint64_t event_id = 0;
    std::string orchestration;
    std::string version;
    std::string activity;
    std::uint32_t attempt = 1;
    std::optional<std::string> tag = std::nullopt;
    std::optional<std::string> session = std::nullopt;
    std::optional<std::string> progress = std::nullopt;
    std::uint64_t incarnation = 0;
    Headers headers = {};
  };

  /// What the engine does for a running activity. All may be empty: then nothing is cancelled,
  /// heartbeats go nowhere, and there is no client. See the guide, examples/guide.md, on testing.
  struct Services {
    LogSink log;
    std::stop_token stop;
    std::function<void(const ActivityToken&, std::string)> heartbeat;
    std::function<Client()> client;
    /// The headers as they are seen, asked once, when the activity first looks; empty: those of the call.
    std::function<Headers()> headers = nullptr;
  };

  ActivityContext(Call call, Services services)
      : call_(std::move(call)), services_(std::move(services)) {}
  ActivityContext(const ActivityContext&) = delete;
  ActivityContext& operator=(const ActivityContext&) = delete;

  [[nodiscard]] const std::string& instance_id() const { return call_.instance; }
  [[nodiscard]] std::uint64_t execution_id() const { return call_.execution_id; }
  /// The event that scheduled this call. After a rewind another call may have the same; the token
  /// tells them apart.
  [[nodiscard]] std::uint64_t event_id() const { return call_.event_id; }
  [[nodiscard]] ActivityToken token() const {
    return {call_.instance, call_.execution_id, call_.event_id, call_.incarnation};
  }
  [[nodiscard]] const std::string& orchestration_name() const { return call_.orchestration; }
  [[nodiscard]] const std::string& orchestration_version() const { return call_.version; }
  [[nodiscard]] const std::string& activity_name() const { return call_.activity; }
  /// 1, or more if earlier deliveries of this call never finished. Attempts of a retry policy are
  /// calls of their own, and each begins at 1.
  [[nodiscard]] std::uint32_t attempt() const { return call_.attempt; }
  [[nodiscard]] const std::optional<std::string>& tag() const { return call_.tag; }
  [[nodiscard]] const std::optional<std::string>& session_id() const { return call_.session; }

  /// Those of the execution that has called it, as far as no interceptor has changed them; the same at each
  /// look.
  [[nodiscard]] const Headers& headers() const;

  /// True once nobody waits for the result any more: the instance was cancelled or has ended, or its
  /// code gave the call up (a timeout, say). Return soon; the result is discarded in any case. An
  /// activity that has not returned after `RuntimeOptions::activity_cancellation_grace` is left
  /// behind: another worker takes its place.
  [[nodiscard]] bool is_cancelled() const { return services_.stop.stop_requested(); }
  /// For functions that take one.
  [[nodiscard]] const std::stop_token& stop_token() const { return services_.stop; }
  /// Calls `callback` when the activity is cancelled, on a thread of the engine's (at once, on this
  /// one, if it has been already), until what this returns is destroyed.
  template <class F>
  [[nodiscard]] std::stop_callback<F> on_cancelled(F callback) const {
    return std::stop_callback<F>(services_.stop, std::move(callback));
  }

  /// Tells how far the call is: management shows it, and if this delivery never finishes, the next
  /// one can read it. Cheap enough for a few calls a second; returns at once, and is not durable at
  /// once. At most 64 KiB; more is logged and dropped.
  template <class T>
  void heartbeat(const T& progress) const {
    record_progress(encode_payload(progress));
  }
  /// What the last heartbeat of an earlier delivery of this call said; none if there was none, or it
  /// is no `T`.
  template <class T = std::string>
  [[nodiscard]] std::optional<T> last_heartbeat() const {
    if (!call_.progress) {
      return std::nullopt;
    }
    auto value = decode_payload<T>(*call_.progress);
    return value ? std::optional<T>(std::move(*value)) : std::nullopt;
  }

  /// Leaves the call open when the function returns, and its return value unread: somebody finishes
  /// it later with `Client::complete_activity` or `fail_activity` and this token, from any thread, or
  /// from another process by way of this one. If the process ends before, the activity is started
  /// again. An activity that throws has failed all the same.
  [[nodiscard]] ActivityToken complete_later() {
    completes_later_ = true;
    return token();
  }
  [[nodiscard]] bool completes_later() const { return completes_later_; }

  /// Of an activity that is a coroutine, an `ActivityTask`: lets so much time pass by the store's clock,
  /// without holding a thread. Ends early, with `ActivityCancelled`, when the activity is cancelled; at
  /// once if the delay is not positive. To be awaited in the coroutine; nothing else can.
  [[nodiscard]] ActivitySleep sleep(Duration delay) const;

  /// A client of the store that the call came from, to start, signal and read other instances. Its
  /// copies keep the store open. Throws `std::logic_error` in a context that was made without one, and
  /// when the runtime has been stopped.
  [[nodiscard]] Client client() const;

  void log(LogLevel level, std::string message) const;
  void log_debug(std::string message) const { log(LogLevel::debug, std::move(message)); }
  void log_info(std::string message) const { log(LogLevel::info, std::move(message)); }
  void log_warn(std::string message) const { log(LogLevel::warn, std::move(message)); }
  void log_error(std::string message) const { log(LogLevel::error, std::move(message)); }

  // The engine's side of activities that are coroutines. What the call has come to so far is one that has
  // not begun yet.
  void go_on_as(std::shared_ptr<detail::CoroutineActivity> coroutine) {
    coroutine_ = std::move(coroutine);
  }
  [[nodiscard]] const std::shared_ptr<detail::CoroutineActivity>& coroutine() const {
    return coroutine_;
  }

 private:
  void record_progress(Result<std::string, std::string> progress) const;

  Call call_;
  Services services_;
  std::shared_ptr<detail::CoroutineActivity> coroutine_;
  bool completes_later_ = false;
  mutable std::once_flag has_looked_;  ///< at its headers
  mutable Headers seen_headers_;       ///< since then, if `Services::headers` has made them
};

}  // namespace duroxide::DUROXIDE_ABI
