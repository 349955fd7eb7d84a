#include "client/calls.hpp"

#include <exception>
#include <string>

#include "client/deliveries.hpp"
#include "model/invariant.hpp"
#include "model/lent_thread.hpp"

namespace duroxide::client {

namespace {
/// Whose turn it is on this thread; null if it is nobody's.
thread_local Calls* calls_at_work = nullptr;
}  // namespace

Calls::Turn::Turn(Calls& calls) : calls_(calls), before_(std::exchange(calls_at_work, &calls)) {}

Calls::Turn::~Turn() {
  try {
    calls_.send_gathered();
  } catch (const std::exception&) {
    calls_.quit();  // there is no memory; at its end all that is open is answered
  }
  calls_at_work = before_;
}

Calls::Calls(Self* self, ProviderActor provider, ManagementActor management,
             Surroundings surroundings, std::shared_ptr<CompanionState> state)
    : self_(self),
      provider_(std::move(provider)),
      management_(std::move(management)),
      log_(std::move(surroundings.log)),
      store_was_closed_(std::move(surroundings.store_was_closed)),
      state_(std::move(state)),
      deadlines_(self, surroundings.clock),
      call_deadlines_(self, std::move(surroundings.clock)) {
  DUROXIDE_INVARIANT(static_cast<bool>(provider_) != static_cast<bool>(management_),
                     "a companion speaks to a provider or to a management, never to both");
  if (provider_) {
    many_ = storage::many_enqueues_of(provider_);
    reads_ = storage::committed_reads_of(provider_);
  }
}

void Calls::watch_server() {
  const auto ended = [this] { server_ended(); };
  if (provider_) {
    actors::watch(self_, provider_, ended);
  } else {
    actors::watch(self_, management_, ended);
  }
}

void Calls::exit() {
  state_->acts.end();
  deadlines_.close();
  call_deadlines_.close();
  if (provider_) {
    actors::stop_watching(self_, provider_);
  } else {
    actors::stop_watching(self_, management_);
  }
}

ProviderError Calls::ended(bool may_have_changed) const {
  if (ending_) {
    return {ProviderError::Kind::cancelled, "request",
            std::string("the client was destroyed before the call was answered; ") +
                (may_have_changed ? "what the call was to change may be done or not"
                                  : "nothing was changed by it"),
            false};
  }
  const bool was_closed = store_was_closed_ != nullptr && *store_was_closed_;
  return {ProviderError::Kind::closed, "request",
          was_closed
              ? "the store was closed with `Store::close`; open it again, and make a new client"
              : "the store is closed",
          false};
}

/// The provider knows a wait by its sender, so this goes the same way.
void Calls::stop_waiting(std::uint64_t wait_id) {
  DUROXIDE_INVARIANT(provider_, "a wait is one of a provider's");
  if (ending_) {
    return;  // it was told so with all others
  }
  const auto send = [this, wait_id] {
    send_gathered();
    actors::send(self_, provider_, provider::StopWaiting{wait_id});
  };
  if (may_go(false)) {
    send();
  } else {
    behind_.push_back({false, 0, send});  // behind the wait
  }
}

bool Calls::may_go(bool counts) {
  if (!behind_.empty() || (counts && under_way_ == most_under_way)) {
    return false;
  }
  under_way_ += counts ? 1 : 0;
  return true;
}

void Calls::one_less() {
  DUROXIDE_INVARIANT(under_way_ > 0, "what is answered was under way");
  --under_way_;
  while (!behind_.empty() && (!behind_.front().counts || under_way_ < most_under_way)) {
    Behind next = std::move(behind_.front());
    behind_.pop_front();
    under_way_ += next.counts ? 1 : 0;
    next.send();
  }
}

void Calls::send_gathered() {
  auto& requests = gathered_.requests;
  if (requests.size() == 1) {
    actors::ask_under(self_, requests[0].number, provider_, std::move(requests[0].request));
    requests.clear();
  } else if (!requests.empty()) {
    actors::send(self_, many_, std::exchange(gathered_, {}));
  }
}

void Calls::answered(std::uint64_t id, actors::AnswerContent& content) {
  const Turn turn(*this);
  finish(id, {&content, nullptr});
  act_if_there_is_room();
}

void Calls::answered(storage::EnqueuesAnswered& all) {
  const Turn turn(*this);
  for (storage::EnqueueAnswer& each : all.answers) {
    finish(each.number, {nullptr, &each.answer});
  }
  act_if_there_is_room();
}

void Calls::act() {
  const Turn turn(*this);
  take_acts();
}

bool Calls::has_room() const {
  return behind_.empty() || server_ended_ || ending_;
}

void Calls::act_if_there_is_room() {
  if (waits_for_room_ && has_room() && !has_quit_) {
    waits_for_room_ = false;
    take_acts();
  }
}

void Calls::take_acts() {
  for (std::size_t done = 0; done < most_acts_in_a_row; ++done) {
    const bool room = has_room();
    auto told = state_->acts.take(room);
    if (!told) {
      waits_for_room_ = !room;
      return;
    }
    act(*told);
    if (has_quit_) {
      return;
    }
  }
  actors::send(self_, CompanionActor(self_), ActsCame{});
}

void Calls::act(Act& told) {
  const auto action = std::exchange(told.action, nullptr);
  const auto call = std::exchange(told.call, nullptr);
  if (call == nullptr) {
    action(*this);
  } else if (!call->is_over()) {
    call_ = call;
    action(*this);
    call_ = nullptr;
    if (call->is_over()) {
      forget_deadline(*call);
    } else if (call->timeout() && *call->timeout() <= Milliseconds::zero()) {
      give_up_calls(call_deadlines_.take_due());  // a clock that stands brings no tick
    }
  }
  if (told.calls_back) {
    --state_->busy;
  }
}

void Calls::tick(const actors::Tick& tick) {
  const Turn turn(*this);
  give_up_waits(deadlines_.take_due(tick));
  give_up_calls(call_deadlines_.take_due(tick));
  act_if_there_is_room();
}

/// The store answers waits that are taken back with what is there.
void Calls::give_up_waits(const std::vector<std::uint64_t>& overdue) {
  for (const std::uint64_t wait_id : overdue) {
    stop_waiting(wait_id);
  }
}

/// A value that is not there is final if the instance has ended. It may have ended after the wait
/// was taken back, and set the value with its last turn; so then the value is asked for once more.
void Calls::taken_back(const provider::WaitForValue& wait, const OnValue& on_answer,
                       const AnswerOf<provider::WaitForValue>& value) {
  if (*value && (*value)->version > wait.after_version) {
    on_answer(value, true);
    return;
  }
  make(provider::GetStatus{wait.instance},
       OnAnswerOf<provider::GetStatus>([this, wait, on_answer,
                                        value](const AnswerOf<provider::GetStatus>& now) {
         if (!now || now->is_running()) {
           on_answer(value, false);
           return;
         }
         make(provider::GetValue{wait.instance, wait.key},
              OnAnswerOf<provider::GetValue>([on_answer](const AnswerOf<provider::GetValue>& last) {
                on_answer(last, true);
              }));
       }));
}

void Calls::run(std::function<void()>& action) {
  send_gathered();  // the action may last
  guarded([&] { std::exchange(action, nullptr)(); });
}

void Calls::close() {
  closing_ = true;
  end_if_done();
}

void Calls::is_overdue(std::chrono::milliseconds so_far) const noexcept {
  try {
    if (log_) {
      LogRecord line;
      line.level = LogLevel::warn;
      line.message = "a completion callback has run for " + std::to_string(so_far.count()) +
                     " ms, and holds a thread of the engine's; others go on. Callbacks must be "
                     "short: hand what takes long to a thread of your own";
      log_(line);
    }
  } catch (const std::exception&) {
    // Out of memory, for one: nobody can be told.
  }
}

/// A callback is the user's: what it throws must not end the actor that serves all the others, and
/// neither it nor what dies with it may wait for the engine.
void Calls::guarded(const std::function<void()>& callback) {
  const model::LentThread lent("a callback");
  const actors::WatchedCode watched(*this);
  run_callback(log_, callback);
}

bool Calls::end_in_turn(const CompanionActor& companion) {
  if (calls_at_work == nullptr || CompanionActor(calls_at_work->self_) != companion) {
    return false;
  }
  calls_at_work->end_behind_this_turn();
  return true;
}

void Calls::finish(std::uint64_t id, Came came) {
  auto open = open_.extract(id);
  DUROXIDE_INVARIANT(!open.empty() || server_ended_ || ending_, "an open call is taken out once");
  if (open.empty()) {
    return;
  }
  const auto call = std::move(open.mapped().call);
  const auto before = std::exchange(call_, call);  // for what else it takes to answer it
  if (call != nullptr) {
    std::erase(call->requests_, id);
  }
  const bool may_have_changed = (open.mapped().changes && open.mapped().is_sent) ||
                                open.mapped().follows_change ||
                                (call != nullptr && call->was_sent_);
  open.mapped().answer(came, may_have_changed);
  call_ = before;
  if (call != nullptr && call->is_over()) {
    forget_deadline(*call);
  }
  --state_->busy;
}

void Calls::server_ended() {
  const Turn turn(*this);
  server_ended_ = true;
  behind_.clear();  // their calls are open, and given up with the others
  gathered_.requests.clear();
  while (!open_.empty()) {
    finish(open_.begin()->first, {});
  }
  act_if_there_is_room();
}

void Calls::end_if_done() {
  if (closing_ && open_.empty()) {
    quit();
  }
}

void Calls::end() {
  give_up_all();
  // What was told before and has waited for room is answered likewise. What comes of these answers is not:
  // somebody may ask anew each time.
  for (Act& told : state_->acts.take_all()) {
    act(told);
  }
  quit();
}

void Calls::quit() {
  has_quit_ = true;
  self_->quit();
}

/// What was told before waits behind this turn, and would be lost with the actor. It runs first, and is
/// answered at once.
void Calls::end_behind_this_turn() {
  give_up_all();
  if (state_->acts.push({[](Calls& calls) { calls.close(); }})) {
    actors::send(self_, CompanionActor(self_), ActsCame{});
  }
}

void Calls::give_up_all() {
  ending_ = true;
  behind_.clear();
  send_gathered();
  for (const auto& [id, open] : open_) {
    if (open.wait_id != 0 && open.is_sent) {
      actors::send(self_, provider_, provider::StopWaiting{open.wait_id});
    }
  }
  while (!open_.empty()) {
    finish(open_.begin()->first, {});
  }
}

}  // namespace duroxide::client
