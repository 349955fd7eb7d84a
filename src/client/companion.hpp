#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <duroxide/clock.hpp>
#include <duroxide/log.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "client/answers.hpp"
#include "protocol/alarm.hpp"

namespace duroxide::client {

class Calls;

/// What a companion is told to do on its own turn. All requests go as this one message, so that
/// what the actor library makes for each kind of message is made once for all of them.
struct Act {
  std::function<void(Calls&)> action;
};

/// Nobody will call any more; end when the last open call is answered.
struct Close {};

using CompanionActor =
    actors::Actor<actors::Accepts<Act>, actors::Accepts<actors::Tick>, actors::Accepts<Close>>;

/// What an actor of a facade goes by.
struct Surroundings {
  std::shared_ptr<Clock> clock = system_clock();
  LogSink log = stderr_log_sink(LogLevel::warn);  ///< for what callbacks throw
};

/// The actor that speaks to a store for one facade and its copies. It has no thread of its own. All
/// calls may be made on any thread; callbacks come on the engine's threads, one at a time.
class Companion {
 public:
  /// Nobody.
  Companion() = default;
  /// Of a store's provider, or of its management.
  explicit Companion(ProviderActor provider, Surroundings surroundings = Surroundings());
  explicit Companion(ManagementActor management, Surroundings surroundings = Surroundings());
  [[nodiscard]] static Companion for_provider(const Store& store);
  [[nodiscard]] static Companion for_management(const Store& store);

  explicit operator bool() const { return static_cast<bool>(actor_); }

  /// Defined for the requests of `calls_control.cpp` on a provider's companion, for those of
  /// `calls_management.cpp` on one of management.
  template <class Request>
  void ask(Request request, OnAnswerOf<Request> on_answer) const;

  /// A wait that is taken back after some time of the store's clock. `on_answer` gets the store's
  /// answer, and whether that is the end of the matter; if not, it is what was there when the time
  /// was up. For `WaitForStatus`, `WaitForValue`, `AskUpdate` and `AskQuery`.
  template <class Request>
  void ask_within(Request wait, Milliseconds timeout,
                  std::function<void(AnswerOf<Request>, bool is_final)> on_answer) const;

  void stop_waiting(std::uint64_t wait_id) const;
  /// For answers that need no store.
  void run(std::function<void()> action) const;
  void close() const;

  [[nodiscard]] const CompanionActor& actor() const { return actor_; }

 private:
  void act(std::function<void(Calls&)> action) const;

  CompanionActor actor_;
};

}  // namespace duroxide::client

DUROXIDE_MESSAGE(duroxide::client::Act)
DUROXIDE_MESSAGE(duroxide::client::Close)
