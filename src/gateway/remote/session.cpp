#include "gateway/remote/session.hpp"

namespace duroxide::gateway::remote {

Session::behavior_type Session::make_behavior() {
  actors::watch(this, provider_, [this] { provider_ended(); });
  return {[this](Told& told) { std::exchange(told.what, nullptr)(*this); }};
}

void Session::on_exit() {
  actors::stop_watching(this, provider_);
}

void Session::stop(std::uint64_t number) {
  const auto found = open_.find(number);
  if (found == open_.end()) {
    return;
  }
  if (found->second.is_wait && !provider_ended_) {
    actors::send(this, provider_, provider::StopWaiting{number});
  } else if (found->second.is_to_stop) {
    *found->second.is_to_stop = true;
  }
}

void Session::end() {
  for (const auto& [number, open] : open_) {
    stop(number);
  }
  quit();
}

void Session::finish(std::uint64_t number, actors::AnswerContent* content) {
  auto open = open_.extract(number);
  if (!open.empty()) {
    open.mapped().finish(content);
  }
}

void Session::provider_ended() {
  provider_ended_ = true;
  while (!open_.empty()) {
    finish(open_.begin()->first, nullptr);
  }
}

ProviderError Session::no_answer(bool of_management) const {
  return of_management && !management_
             ? management::not_available()
             : ProviderError{ProviderError::Kind::closed, "request", "the store is closed", false};
}

}  // namespace duroxide::gateway::remote
