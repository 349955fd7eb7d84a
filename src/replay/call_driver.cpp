#include "replay/call_driver.hpp"

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <duroxide/combinators.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "model/exceptions.hpp"
#include "model/kinds.hpp"
#include "replay/execution_core.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

using Step = DurableFuture<std::string>;

/// Waits for the first of several steps that stay with their owner, and tells which it was.
class FirstOf : public Combination<FirstOf> {
 public:
  using value_type = std::size_t;

  explicit FirstOf(std::vector<Step*> steps) : steps_(std::move(steps)) {}

  template <class F>
  void for_each(F&& f) {
    for (Step* each : steps_) {
      f(*each);
    }
  }
  bool enough(std::size_t index) noexcept {
    winner_ = index;
    return true;
  }
  [[nodiscard]] bool enough_at_start() const noexcept { return false; }
  [[nodiscard]] std::size_t take() const { return winner_; }

 private:
  std::vector<Step*> steps_;
  std::size_t winner_ = 0;
};

Step step(std::shared_ptr<Slot> slot) {
  slot->internal = true;
  return Step(std::move(slot));
}

std::optional<Step> timer(ExecutionCore& core, const std::optional<Milliseconds>& delay) {
  return delay ? std::optional<Step>(step(core.schedule_timer(*delay))) : std::nullopt;
}

std::string_view noun(std::size_t kind) {
  return kind == model::place_of<event::ActivityScheduled>() ? "activity" : "sub-orchestration";
}

ErrorDetails too_slow(const Call& call, ErrorKind kind, const std::string& what,
                      Milliseconds limit) {
  ErrorDetails details =
      application_error(kind,
                        what + std::string(noun(call.kind)) + " " + call.name +
                            " took longer than " + std::to_string(limit.count()) + " ms",
                        call.name);
  details.retryable = true;
  return details;
}

/// What the policy says, shortened by a part that any replay finds again.
Milliseconds wait_before_next(const Call& call, std::uint32_t attempt, const std::string& place) {
  const Milliseconds full = call.policy.backoff().after(attempt, call.policy.max_backoff());
  const std::uint64_t bits = XXH3_64bits_withSeed(place.data(), place.size(), attempt);
  const double part = static_cast<double>(bits >> 11U) * 0x1.0p-53;  // 0 up to 1
  const auto saved = std::floor(static_cast<double>(full.count()) * call.policy.jitter() * part);
  return full - Milliseconds(static_cast<std::int64_t>(saved));
}

/// Runs until an attempt succeeds or no more is allowed.
Task<std::string> make_attempts(ExecutionCore& core, Call call, std::string place, Step first,
                                std::optional<Step> first_limit, std::optional<Step> whole_limit) {
  // Parameters live as long as the frame, and so longer than the call.
  std::optional<Step> deadline(std::move(whole_limit));
  std::optional<Step> work(std::move(first));
  std::optional<Step> limit(std::move(first_limit));
  std::uint32_t attempt = 1;
  while (true) {
    std::vector<Step*> steps{&*work};
    if (limit) {
      steps.push_back(&*limit);
    }
    if (deadline) {
      steps.push_back(&*deadline);
    }
    FirstOf first_of(steps);
    const std::size_t winner = co_await first_of;
    ErrorDetails error;
    if (winner == 0) {
      std::optional<std::string> result;
      try {
        result = work->take();
      } catch (const OrchestrationError& failed) {
        error = failed.details();
      }
      if (result) {
        co_return std::move(*result);
      }
    } else if (steps[winner] == (deadline ? &*deadline : nullptr)) {
      model::throw_failure(call.kind, too_slow(call, ErrorKind::timed_out, "", *call.timeout));
    } else {
      error =
          too_slow(call, ErrorKind::attempt_timed_out,
                   "attempt " + std::to_string(attempt) + " of ", *call.policy.attempt_timeout());
    }
    work.reset();
    limit.reset();
    if (attempt >= call.policy.max_attempts() || !call.policy.should_retry(error)) {
      model::throw_failure(call.kind, std::move(error));
    }
    const Milliseconds wait = wait_before_next(call, attempt, place);
    if (wait > Milliseconds::zero()) {
      Step pause = step(core.schedule_timer(wait));
      std::vector<Step*> pauses{&pause};
      if (deadline) {
        pauses.push_back(&*deadline);
      }
      FirstOf first_pause(pauses);
      const std::size_t ended = co_await first_pause;
      if (ended != 0) {
        model::throw_failure(call.kind, too_slow(call, ErrorKind::timed_out, "", *call.timeout));
      }
    }
    ++attempt;
    core.count_retry();
    work.emplace(step(call.schedule(attempt)));
    limit = timer(core, call.policy.attempt_timeout());
  }
}

}  // namespace

std::uint64_t CallDriver::start(ExecutionCore& core, TurnScheduler& scheduler, Call call) {
  auto slot = call.schedule(1);
  const std::uint64_t event_id = slot->event_id;
  Step first = step(std::move(slot));
  std::optional<Step> limit = timer(core, call.policy.attempt_timeout());
  std::optional<Step> deadline = timer(core, call.timeout);
  if (event_id != 0) {
    std::string place = core.assignment().instance + "/" +
                        std::to_string(core.assignment().execution_id) + "/" +
                        std::to_string(event_id);
    task_ = make_attempts(core, std::move(call), std::move(place), std::move(first),
                          std::move(limit), std::move(deadline));
    task_.start(scheduler, *this);
  }
  return event_id;
}

void CallDriver::done() noexcept {
  Result<std::string, ErrorDetails> outcome;
  try {
    outcome = task_.take();
  } catch (...) {
    outcome = failure(
        model::details_of(std::current_exception(), ErrorKind::activity_failed, slot_.name));
  }
  complete(slot_, std::move(outcome));
}

}  // namespace duroxide::DUROXIDE_ABI::detail
