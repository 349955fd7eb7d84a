#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of `Client::update`. Setters chain.
class DUROXIDE_API UpdateOptions {
 public:
  UpdateOptions() {}  // NOLINT: not an aggregate, see the guide on compiler hazards

  /// How long the call waits for the answer. The update goes its way all the same; ask again with the
  /// same id for its answer. Default: for ever.
  template <class Rep, class Period>
  UpdateOptions& timeout(std::chrono::duration<Rep, Period> value) {
    timeout_ = checked_milliseconds(value).value_or(Milliseconds(-1));
    return *this;
  }
  /// The update's own name: asked again with the same id, by whomever and also after a crash, it is not
  /// done again but answered with what was recorded. Up to 255 bytes. Default: a random one.
  UpdateOptions& id(std::string value) {
    id_ = std::move(value);
    return *this;
  }

  /// Negative if it cannot be a timeout; the call refuses it then.
  [[nodiscard]] const std::optional<Milliseconds>& timeout() const { return timeout_; }
  [[nodiscard]] const std::optional<std::string>& id() const { return id_; }

 private:
  std::optional<Milliseconds> timeout_;
  std::optional<std::string> id_;
};

/// Options of `Client::raise_event` and `Client::enqueue_event`. Setters chain.
class DUROXIDE_API RaiseOptions {
 public:
  RaiseOptions() {}  // NOLINT: not an aggregate, see the guide on compiler hazards

  /// The own name of the event, or of the message for a queue: sent again with the same key, by whomever and
  /// also after a crash, it is not delivered again, and that is a success, also if the instance has ended
  /// meanwhile. Up to 255 bytes. Events and messages for queues share their keys: one that an event has had
  /// is none for a message. An instance knows the last 1,000 keys that it was sent, until it is deleted, over
  /// all executions; a fork and an import begin without. What an operator drops or skips counts as delivered:
  /// a corrected one needs a key of its own. Default: none, and it is delivered each time.
  RaiseOptions& key(std::string value) {
    key_ = std::move(value);
    return *this;
  }

  [[nodiscard]] const std::optional<std::string>& key() const { return key_; }

 private:
  std::optional<std::string> key_;
};

}  // namespace duroxide::DUROXIDE_ABI
