#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "postgres/membership.hpp"
#include "postgres/runner.hpp"

namespace duroxide::postgres {

/// Answers to requests that are committed, but that nobody has waited for the server to flush. The next batch
/// that writes is flushed, and with it all before it: then they are given. What they answer is made again if
/// the server may have forgotten it meanwhile. On the actor's turn.
class HeldAnswers {
 public:
  explicit HeldAnswers(std::shared_ptr<Membership> membership)
      : membership_(std::move(membership)) {}

  [[nodiscard]] bool is_empty() const { return held_.empty(); }

  /// Whether a batch does without a flush, and has its answers held: all in it can wait, and it may hand out
  /// a turn, whose ack is soon flushed anyway. Or it writes nothing, and may see what is held.
  [[nodiscard]] bool can_hold(const Runner::Batch& batch) const;
  /// Has what is answered to such a batch come here.
  void hold(Runner::Batch& batch);
  /// The request of a batch that is flushed: with its end all is answered that is held by then. What must be
  /// made again goes to `resubmit`.
  [[nodiscard]] Request flush(std::function<void(Request)> resubmit);

 private:
  struct Held {
    Request request;
    Outcome outcome;
    std::uint64_t losses = 0;  ///< of the connection, until it was committed
  };

  void flushed(const Outcome& outcome, const std::function<void(Request)>& resubmit);

  std::shared_ptr<Membership> membership_;
  std::vector<Held> held_;
};

}  // namespace duroxide::postgres
