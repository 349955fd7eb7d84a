// What a client asks of the provider.

#include <new>

#include "client/calls.hpp"

namespace duroxide::client {

template <class Request>
void Companion::ask_within(Request wait, Milliseconds timeout,
                           std::function<void(AnswerOf<Request>, bool is_final)> on_answer) const {
  if (state_->process.is_foreign()) {
    return;  // what its clock is made of may be, too
  }
  const Timestamp due = saturating_add(state_->clock->now(), timeout);
  act([wait = std::move(wait), due, on_answer = std::move(on_answer)](Calls& calls) mutable {
    calls.make_within(std::move(wait), due, std::move(on_answer));
  });
}

void Companion::start(work::StartOrchestration start, std::optional<Milliseconds> delay,
                      OnAnswerOf<provider::EnqueueOrchestratorWork> on_answer) const {
  act([start = std::move(start), delay, on_answer = std::move(on_answer)](Calls& calls) mutable {
    provider::EnqueueOrchestratorWork request;
    request.item = std::move(start);
    request.delay = delay;
    if (delay) {
      calls.make_delayed(std::move(request), std::move(on_answer));
    } else {
      calls.make(std::move(request), std::move(on_answer));
    }
  });
}

void Companion::start_and_wait(
    provider::StartOrFind start, provider::WaitForStatus wait,
    std::function<AfterStart(const AnswerOf<provider::StartOrFind>&)> on_started,
    OnAnswerOf<provider::WaitForStatus> on_end) const {
  using Answer = AnswerOf<provider::StartOrFind>;
  act([start = std::move(start), wait = std::move(wait), on_started = std::move(on_started),
       on_end = std::move(on_end)](Calls& calls) mutable {
    OnAnswerOf<provider::StartOrFind> then = [&calls, wait = std::move(wait),
                                              on_started = std::move(on_started),
                                              on_end = std::move(on_end)](const Answer& answer) {
      const AfterStart next = on_started(answer);
      try {
        if (next == AfterStart::wait) {
          calls.make(wait, on_end, true);
        } else if (next == AfterStart::look) {
          calls.make(provider::GetStatus{wait.instance}, on_end, true);
        }
      } catch (const std::bad_alloc&) {
        on_end(failure(ProviderError{ProviderError::Kind::storage, "wait",
                                     "there is no memory to wait with; the instance is started",
                                     false}));
      }
    };
    if (start.delay) {
      calls.make_delayed(std::move(start), std::move(then));
    } else {
      calls.make(std::move(start), std::move(then));
    }
  });
}

template void Companion::ask(provider::EnqueueOrchestratorWork,
                             OnAnswerOf<provider::EnqueueOrchestratorWork>) const;
template void Companion::ask(provider::StartOrFind, OnAnswerOf<provider::StartOrFind>) const;
template void Companion::ask(provider::GetStatus, OnAnswerOf<provider::GetStatus>) const;
template void Companion::ask(provider::WaitForStatus, OnAnswerOf<provider::WaitForStatus>) const;
template void Companion::ask(provider::GetValue, OnAnswerOf<provider::GetValue>) const;
template void Companion::ask(provider::GetValues, OnAnswerOf<provider::GetValues>) const;
template void Companion::ask(provider::WaitForValue, OnAnswerOf<provider::WaitForValue>) const;
template void Companion::ask(provider::AskUpdate, OnAnswerOf<provider::AskUpdate>) const;
template void Companion::ask(provider::AskQuery, OnAnswerOf<provider::AskQuery>) const;
template void Companion::ask(provider::StartAndRaise, OnAnswerOf<provider::StartAndRaise>) const;
template void Companion::ask(provider::StartAndAsk, OnAnswerOf<provider::StartAndAsk>) const;
template void Companion::ask(provider::WaitForStart, OnAnswerOf<provider::WaitForStart>) const;
template void Companion::ask(provider::Heartbeat, OnAnswerOf<provider::Heartbeat>) const;
template void Companion::ask(provider::CompleteActivity,
                             OnAnswerOf<provider::CompleteActivity>) const;
template void Companion::ask(provider::ReleaseFromQuarantine,
                             OnAnswerOf<provider::ReleaseFromQuarantine>) const;

template void Companion::ask_within(
    provider::WaitForStatus, Milliseconds,
    std::function<void(AnswerOf<provider::WaitForStatus>, bool)>) const;
template void Companion::ask_within(
    provider::WaitForValue, Milliseconds,
    std::function<void(AnswerOf<provider::WaitForValue>, bool)>) const;
template void Companion::ask_within(provider::AskQuery, Milliseconds,
                                    std::function<void(AnswerOf<provider::AskQuery>, bool)>) const;
template void Companion::ask_within(provider::AskUpdate, Milliseconds,
                                    std::function<void(AnswerOf<provider::AskUpdate>, bool)>) const;
template void Companion::ask_within(
    provider::StartAndAsk, Milliseconds,
    std::function<void(AnswerOf<provider::StartAndAsk>, bool)>) const;
template void Companion::ask_within(
    provider::WaitForStart, Milliseconds,
    std::function<void(AnswerOf<provider::WaitForStart>, bool)>) const;

}  // namespace duroxide::client
