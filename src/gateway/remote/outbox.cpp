#include "gateway/remote/outbox.hpp"

#include <utility>

namespace duroxide::gateway::remote {

void Outbox::answer(Answer answer, bool waits) {
  {
    const std::lock_guard lock(mutex_);
    --open_;
    working_ += waits ? 1 : 0;  // it is an answer that was not taken, as the others are too
    if (is_closed_) {
      return;
    }
    progress_.erase(answer.number);
    answers_.push_back(std::move(answer));
  }
  wakeup_.raise();
}

bool Outbox::tell_progress(std::uint64_t number, const Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) {
      return false;
    }
    progress_[number] = progress;
  }
  wakeup_.raise();
  return true;
}

void Outbox::give_up(std::string reason) {
  {
    const std::lock_guard lock(mutex_);
    if (!reason_to_end_) {
      reason_to_end_ = std::move(reason);
    }
  }
  wakeup_.raise();
}

std::optional<Outbox::Answer> Outbox::take() {
  const std::lock_guard lock(mutex_);
  if (answers_.empty()) {
    return std::nullopt;
  }
  Answer first = std::move(answers_.front());
  answers_.pop_front();
  --working_;
  return first;
}

std::map<std::uint64_t, Progress> Outbox::take_progress() {
  const std::lock_guard lock(mutex_);
  return std::exchange(progress_, {});
}

std::optional<std::string> Outbox::reason_to_end() const {
  const std::lock_guard lock(mutex_);
  return reason_to_end_;
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  answers_.clear();
  progress_.clear();
}

}  // namespace duroxide::gateway::remote
