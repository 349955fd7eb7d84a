#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <duroxide/management_actions.hpp>

#include "model/wakeup.hpp"

namespace duroxide::gateway::remote {

/// What an engine has to say to one remote store: from the actors to the thread of the connection, which
/// makes bytes of it and counts what is open. Thread-safe.
class Outbox {
 public:
  struct Answer {
    std::uint64_t number = 0;
    std::function<std::string()> encode;
  };

  /// The thread of the connection has passed a request on. `waits` says that its answer may take as long
  /// as it likes.
  void asked(bool waits) {
    ++open_;
    working_ += waits ? 0 : 1;
  }
  /// Requests that were not answered.
  [[nodiscard]] std::size_t open() const { return open_; }
  /// Those of them that an engine answers by itself, and answers that were not taken.
  [[nodiscard]] std::size_t working() const { return working_; }

  void answer(Answer answer, bool waits);
  /// How far it is, of which the newest is enough. Returns whether anybody is there to hear it.
  bool tell_progress(std::uint64_t number, const Progress& progress);
  /// The connection cannot go on, for this reason.
  void give_up(std::string reason);

  /// The next answer, if there is one.
  [[nodiscard]] std::optional<Answer> take();
  [[nodiscard]] std::map<std::uint64_t, Progress> take_progress();
  /// Why the connection is to end; none while it goes on.
  [[nodiscard]] std::optional<std::string> reason_to_end() const;

  /// The connection has ended: what comes now is dropped.
  void close();

  /// Raised when there is something to take.
  [[nodiscard]] const model::Wakeup& wakeup() const { return wakeup_; }

 private:
  model::Wakeup wakeup_;
  std::atomic<std::size_t> open_{0};
  std::atomic<std::size_t> working_{0};
  mutable std::mutex mutex_;  ///< guards those below
  std::deque<Answer> answers_;
  std::map<std::uint64_t, Progress> progress_;
  std::optional<std::string> reason_to_end_;
  bool is_closed_ = false;
};

}  // namespace duroxide::gateway::remote
