// How a cancellation reaches the code: it is thrown at the awaits where that stands.

#include <utility>
#include <vector>

#include "model/invariant.hpp"
#include "replay/execution_core.hpp"
#include "replay/running.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

/// Code that awaits again and again without a shield, and catches each time, would never let the turn
/// end.
constexpr std::uint32_t most_interruptions = 10'000;

}  // namespace

void ExecutionCore::request_cancel(const event::OrchestrationCancelRequested& request) {
  if (!cancel_) {
    cancel_ = request;
    interrupt_waits();
  }
}

void ExecutionCore::lower_shield() {
  DUROXIDE_INVARIANT(shields_ > 0, "a shield that is lowered was raised");
  --shields_;
  interrupt_waits();
}

bool ExecutionCore::is_interrupting() const {
  return cancel_ && shields_ == 0 && !closing_ && !finished_ && !failure_;
}

void ExecutionCore::interrupt_waits() {
  if (!is_interrupting()) {
    return;
  }
  std::map<std::uint64_t, Slot*> awaited = calls_;
  for (const auto& [event_id, open] : open_) {
    if (!open.slot->internal) {
      awaited.emplace(event_id, open.slot.get());
    }
  }
  for (const auto& [event_id, slot] : awaited) {
    // One that is told may end what its neighbours wait for, but nothing runs, and so nothing is
    // dropped, before this is over.
    interrupt(*slot);
  }
  if (asking_) {
    for (const auto& condition : std::vector(asking_->conditions)) {
      interrupt(*condition->slot);
    }
  }
}

void ExecutionCore::interrupt(Slot& slot) {
  if (slot.waiter != nullptr) {
    slot.interrupted = true;
    cancel_told_ = true;
    std::exchange(slot.waiter, nullptr)->done();
  }
}

bool ExecutionCore::interrupt_at_start(Slot& slot) {
  if (slot.internal || !is_interrupting()) {
    return false;
  }
  if (++interruptions_ > most_interruptions) {
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::cancellation_ignored;
    details.subject = assignment_.orchestration;
    details.message = "the orchestration " + assignment_.orchestration +
                      " was cancelled, and goes on to await what it is not given any more. Let "
                      "OrchestrationCancelled pass, or clean up under a shield and return";
    failure_ = std::move(details);
    return false;
  }
  slot.interrupted = true;
  cancel_told_ = true;
  return true;
}

bool interrupt_at_start(Slot& slot) {
  slot.interrupted = false;  // of an earlier await, whose code never came to take it
  return slot.core != nullptr && slot.core->interrupt_at_start(slot);
}

void throw_if_interrupted(Slot& slot) {
  // What has come meanwhile is better than the interruption.
  if (std::exchange(slot.interrupted, false) && !slot.complete) {
    const bool is_told = slot.core != nullptr && slot.core->cancel_request();
    throw OrchestrationCancelled(is_told ? slot.core->cancel_request()->reason : std::string());
  }
}

}  // namespace duroxide::DUROXIDE_ABI::detail

namespace duroxide::DUROXIDE_ABI {

CancellationShield::CancellationShield(detail::ExecutionCore& core)
    : core_(&detail::require_running(&core)) {
  core_->raise_shield();
}

CancellationShield::~CancellationShield() {
  // One that the code has lent out has an end that may come elsewhere, or too late, and cannot be told.
  if (detail::runs_here(core_)) {
    core_->lower_shield();
  }
}

bool OrchestrationContext::is_cancel_requested() const {
  return detail::require_running(core_).cancel_request() != nullptr;
}

}  // namespace duroxide::DUROXIDE_ABI
