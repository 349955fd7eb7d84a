#include "client/calls.hpp"

#include <exception>
#include <string>

#include "model/invariant.hpp"
#include "model/lent_thread.hpp"

namespace duroxide::client {

Calls::Calls(Self* self, ProviderActor provider, ManagementActor management,
             Surroundings surroundings)
    : self_(self),
      provider_(std::move(provider)),
      management_(std::move(management)),
      log_(std::move(surroundings.log)),
      deadlines_(self, std::move(surroundings.clock)) {
  DUROXIDE_INVARIANT(static_cast<bool>(provider_) != static_cast<bool>(management_),
                     "a companion speaks to a provider or to a management, never to both");
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
  deadlines_.close();
  if (provider_) {
    actors::stop_watching(self_, provider_);
  } else {
    actors::stop_watching(self_, management_);
  }
}

ProviderError Calls::ended() {
  return {ProviderError::Kind::closed, "request", "the store is closed", false};
}

/// The provider knows a wait by its sender, so this goes the same way.
void Calls::stop_waiting(std::uint64_t wait_id) {
  DUROXIDE_INVARIANT(provider_, "a wait is one of a provider's");
  const auto send = [this, wait_id] {
    actors::send(self_, provider_, provider::StopWaiting{wait_id});
  };
  if (may_go(false)) {
    send();
  } else {
    behind_.push_back({false, send});  // behind the wait
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
    const Behind next = std::move(behind_.front());
    behind_.pop_front();
    under_way_ += next.counts ? 1 : 0;
    next.send();
  }
}

/// The store answers waits that are taken back with what is there.
void Calls::give_up_waits(const std::vector<std::uint64_t>& overdue) {
  for (const std::uint64_t wait_id : overdue) {
    stop_waiting(wait_id);
  }
}

void Calls::taken_back(const provider::WaitForStatus& /*wait*/, const OnStatus& on_answer,
                       AnswerOf<provider::WaitForStatus> status) {
  on_answer(std::move(status), false);
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

void Calls::taken_back(const provider::AskUpdate& /*wait*/, const OnUpdate& on_answer,
                       AnswerOf<provider::AskUpdate> answer) {
  on_answer(std::move(answer), false);
}

void Calls::taken_back(const provider::AskQuery& /*wait*/, const OnUpdate& on_answer,
                       AnswerOf<provider::AskQuery> answer) {
  on_answer(std::move(answer), false);
}

void Calls::run(std::function<void()>& action) {
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
void Calls::guarded(const std::function<void()>& callback) const {
  const model::LentThread lent("a callback");
  const actors::WatchedCode watched(*this);
  LogRecord line;
  line.level = LogLevel::error;
  try {
    callback();
    return;
  } catch (const std::exception& error) {
    line.message = std::string("a completion callback threw: ") + detail::words_of(error);
  } catch (...) {
    line.message = "a completion callback threw something that is not a std::exception";
  }
  if (log_) {
    log_(line);
  }
}

void Calls::finish(std::uint64_t id, Content* content) {
  auto open = open_.extract(id);
  DUROXIDE_INVARIANT(!open.empty() || server_ended_, "an open call is taken out once");
  if (!open.empty()) {
    open.mapped()(content);
  }
}

void Calls::server_ended() {
  server_ended_ = true;
  behind_.clear();  // their calls are open, and given up with the others
  while (!open_.empty()) {
    finish(open_.begin()->first, nullptr);
  }
}

void Calls::end_if_done() {
  if (closing_ && open_.empty()) {
    self_->quit();
  }
}

}  // namespace duroxide::client
