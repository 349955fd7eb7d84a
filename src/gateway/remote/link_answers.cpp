// What a link does with what the engine says.

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "gateway/remote/link.hpp"

namespace duroxide::gateway::remote {

void Link::read_some() {
  std::array<char, 65'536> buffer;  // NOLINT: to be overwritten
  const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size <= 0) {
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
      lose("it has closed the connection");
    }
    return;
  }
  reader_.add({buffer.data(), static_cast<std::size_t>(size)});
  while (socket_.is_open()) {
    auto frame = reader_.next();
    if (!frame) {
      lose("it sends what is no answer of this release: " + frame.error().what);
      return;
    }
    if (!*frame) {
      return;
    }
    take(**std::move(frame));
  }
}

void Link::take(Frame frame) {
  switch (frame.kind) {
    case FrameKind::hello:
      greeted(frame.body);
      return;
    case FrameKind::answer:
      answered(frame.number, std::move(frame.body));
      return;
    case FrameKind::progress:
      if (frame.body.size() == 2 * sizeof(std::uint64_t)) {
        const std::string_view body = frame.body;
        tell_(ProgressMade{frame.number,
                           {number_at(body, sizeof(std::uint64_t)),
                            number_at(body.substr(sizeof(std::uint64_t)), sizeof(std::uint64_t))}});
      }
      return;
    case FrameKind::request:
    case FrameKind::stop:
      lose("it sends requests");
      return;
  }
}

void Link::greeted(const std::string& refusal) {
  if (!refusal.empty()) {
    lose(refusal);
    refuse_all();
    return;
  }
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = first_attempt_;
    is_greeted_ = true;
    problem_.clear();
    for (auto& [number, pending] : pending_) {
      pending.due.reset();
    }
  }
  first_attempt_is_over();
  if (!is_first) {
    log(LogLevel::info, "an engine answers again");
  }
}

void Link::answered(std::uint64_t number, std::string body) {
  pause_ = {};  // one that greets and hangs up is no engine to hurry for
  bool is_resumed = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(number);
    if (found == pending_.end()) {
      return;  // it was refused or forgotten meanwhile
    }
    Pending& pending = found->second;
    if (pending.request.repeat == Repeat::always) {
      is_resumed = pending.state == State::lasting;
      pending.state = State::lasting;
      pending.is_current = true;
    } else {
      pending_.erase(found);
    }
  }
  if (is_resumed) {
    resume(number);
  } else {
    tell_(Answered{number, std::move(body)});
  }
}

void Link::resume(std::uint64_t subscription) {
  Gap gap{subscription, std::nullopt};
  {
    const std::lock_guard lock(mutex_);
    const auto lost = std::find_if(pending_.begin(), pending_.end(), [&](const auto& each) {
      return each.second.state == State::lost && each.second.request.subscription == subscription;
    });
    if (lost != pending_.end()) {
      gap.await = lost->first;
      pending_.erase(lost);
    }
  }
  tell_(gap);
}

}  // namespace duroxide::gateway::remote
