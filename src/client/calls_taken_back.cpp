// Calls that are given up before they are answered: cancelled, or out of time.

#include <algorithm>
#include <exception>
#include <string>

#include "client/calls.hpp"
#include "client/client_errors.hpp"

namespace duroxide::client {

namespace {
thread_local CallScope* scope_of_this_thread = nullptr;
}  // namespace

CallScope::CallScope(std::shared_ptr<Call> call)
    : call_(std::move(call)), before_(std::exchange(scope_of_this_thread, this)) {}

CallScope::~CallScope() {
  scope_of_this_thread = before_;
}

CallScope* CallScope::current() {
  return scope_of_this_thread;
}

Calls::Open& Calls::add(std::uint64_t id, bool changes) {
  Open& open = open_.emplace_hint(open_.end(), id, Open())->second;
  open.changes = changes;
  if (call_ != nullptr) {
    open.call = call_;
    call_->requests_.push_back(id);
  }
  ++state_->busy;
  return open;
}

void Calls::sent(Open& open) {
  open.is_sent = true;
  if (open.call != nullptr && open.changes) {
    open.call->was_sent_ = true;
  }
}

void Calls::set_deadline(const std::shared_ptr<Call>& call) {
  const auto timeout = call->timeout();
  if (!timeout || call->deadline_ != 0 || call->is_over()) {
    return;
  }
  call->deadline_ = ++last_deadline_;
  timed_.emplace(call->deadline_, call);
  call_deadlines_.add(call->deadline_, saturating_add(state_->clock->now(), *timeout),
                      CompanionActor(self_));
  if (*timeout <= Milliseconds::zero() && !has_room()) {
    give_up_calls(
        call_deadlines_.take_due());  // it is not begun, and a clock that stands brings no tick
  }
}

void Calls::forget_deadline(Call& call) {
  if (timed_.erase(call.deadline_) != 0) {
    (void)call_deadlines_.remove(call.deadline_);
  }
}

void Calls::give_up_calls(const std::vector<std::uint64_t>& overdue) {
  for (const std::uint64_t deadline : overdue) {
    const auto timed = timed_.extract(deadline);
    if (!timed.empty()) {  // else it was answered while another of these was given up
      Call& call = *timed.mapped();
      take_back(call, ClientError::Kind::timeout,
                timed_out("the call was not answered", call.timeout().value()).message);
    }
  }
}

void Calls::cancel(const std::shared_ptr<Call>& call) {
  take_back(*call, ClientError::Kind::cancelled, "the call was cancelled");
  forget_deadline(*call);
}

void Calls::take_back(Call& call, ClientError::Kind kind, std::string why) {
  if (call.is_over()) {
    return;
  }
  const auto requests = std::exchange(call.requests_, {});
  for (const std::uint64_t id : requests) {
    const auto found = open_.find(id);
    if (found == open_.end()) {
      continue;  // the client has gone with one of the others
    }
    const Open& open = found->second;
    if (open.is_sent) {
      if (open.wait_id != 0) {
        stop_waiting(open.wait_id);  // its answer is still to come, and nobody looks at it
      }
      continue;
    }
    std::erase_if(behind_, [id](const Behind& each) { return each.id == id; });
    if (open.wait_id != 0) {
      (void)deadlines_.remove(open.wait_id);
    }
    const auto never_sent =
        open_.extract(id);  // what dies with it may be the last copy of the client
    --state_->busy;
  }
  why += call.was_sent_ ? ", and had been sent to the store: what it was to change may be done or "
                          "not. Look, or make it again if that does no harm"
                        : "; nothing was changed by it";
  guarded([&] { call.give_up(ClientError{kind, std::move(why)}); });
  end_if_done();
}

}  // namespace duroxide::client
