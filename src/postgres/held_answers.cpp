#include "postgres/held_answers.hpp"

#include <algorithm>
#include <utility>

namespace duroxide::postgres {

bool HeldAnswers::can_hold(const Runner::Batch& batch) const {
  const auto is_light = [](const Request& each) { return each.is_light; };
  if (std::all_of(batch.begin(), batch.end(), is_light)) {
    return !is_empty();
  }
  const auto can_wait = [](const Request& each) { return each.is_light || each.can_wait; };
  const auto hands_out = [](const Request& each) { return each.hands_out_turns; };
  return is_empty() && std::all_of(batch.begin(), batch.end(), can_wait) &&
         std::any_of(batch.begin(), batch.end(), hands_out);
}

void HeldAnswers::hold(Runner::Batch& batch) {
  for (Request& each : batch) {
    if (!each.can_wait) {
      continue;
    }
    each.done = [this, request = each](Outcome outcome) mutable {
      if (outcome) {
        held_.push_back({std::move(request), std::move(outcome), membership_->losses()});
      } else {
        request.done(std::move(outcome));
      }
    };
  }
}

Request HeldAnswers::flush(std::function<void(Request)> resubmit) {
  Request request{"flush"};
  request.is_repeatable = true;
  request.done = [this, resubmit = std::move(resubmit)](const Outcome& outcome) {
    flushed(outcome, resubmit);
  };
  return request;
}

void HeldAnswers::flushed(const Outcome& outcome, const std::function<void(Request)>& resubmit) {
  for (Held& each : std::exchange(held_, {})) {
    if (!outcome) {
      ProviderError error = outcome.error();
      error.operation = each.request.operation;
      each.request.done(failure(std::move(error)));
    } else if (each.losses != membership_->losses()) {
      // The server may have crashed before it was flushed: what is done still finds itself done.
      resubmit(std::move(each.request));
    } else {
      each.request.done(std::move(each.outcome));
    }
  }
}

}  // namespace duroxide::postgres
