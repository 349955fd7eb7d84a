#include "gateway/remote/link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include "gateway/engine_socket.hpp"
#include "gateway/unix_socket.hpp"
#include "model/invariant.hpp"

namespace duroxide::gateway::remote {

namespace {

/// Between two looks for an engine.
constexpr Milliseconds shortest_pause{10};
constexpr Milliseconds longest_between{1'000};
constexpr std::size_t most_buffered = std::size_t{1} << 20;
constexpr std::size_t longest_frame = longest_answer + room_for_head;

}  // namespace

Link::~Link() {
  finish();
  join();
}

Result<void, ProviderError> Link::start(Tell tell) {
  tell_ = std::move(tell);
  thread_ = std::thread([this] { run(); });
  std::unique_lock lock(mutex_);
  attempt_over_.wait_for(lock, settings_.connect_timeout, [this] { return !first_attempt_; });
  if (must_not_connect_) {
    return failure(
        ProviderError{ProviderError::Kind::permission_denied, "connect", problem_, false});
  }
  return {};
}

void Link::ask(Request request) {
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = request.number;
    Pending& pending = pending_[number];
    pending.request = std::move(request);
    if (pending.request.subscription) {
      const auto subscription = pending_.find(*pending.request.subscription);
      if (subscription != pending_.end() && subscription->second.state == State::lasting &&
          !subscription->second.is_current) {
        pending.state = State::lost;
      }
    }
    if (!is_greeted_) {
      pending.due = SteadyClock::now() + settings_.connect_timeout;
    }
    if (pending.state == State::unsent) {
      enqueue(pending);
    }
  }
  wakeup_.raise();
}

void Link::enqueue(Pending& pending) {
  pending.state = State::unsent;
  outgoing_.push_back({pending.request.number, FrameKind::request});
}

void Link::stop(std::uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(number);
    if (found == pending_.end()) {
      return;
    }
    found->second.is_stopped = true;
    if (is_greeted_) {
      outgoing_.push_back({number, FrameKind::stop});
    } else {
      found->second.due = SteadyClock::now();
    }
  }
  wakeup_.raise();
}

void Link::forget(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(number);
  if (found == pending_.end()) {
    return;
  }
  if (found->second.state != State::lasting) {
    found->second.request.repeat = Repeat::again;  // its answer is still to come
    return;
  }
  pending_.erase(found);
  for (auto& [other, pending] : pending_) {
    if (pending.state == State::lost && pending.request.subscription == number) {
      enqueue(pending);  // the engine says that there is no such subscription
    }
  }
}

void Link::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    finish_by_ = SteadyClock::now() + settings_.longest_finish;
  }
  wakeup_.raise();
}

void Link::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
  tell_ = nullptr;
}

// --- the thread -----------------------------------------------------------------------------------

void Link::run() {
  while (!has_finished()) {
    refuse_overdue();
    if (!socket_.is_open() && has_reason_to_connect() && SteadyClock::now() >= next_attempt_) {
      try_to_connect();
    }
    if (socket_.is_open()) {
      fill_buffer();
      send_some();
    }
    wait();
  }
  give_up_changes();
  tell_(Ended{});
}

/// What was asked and not answered is not done, but for changes that an engine has heard of.
void Link::give_up_changes() {
  std::vector<std::uint64_t> unknown;
  {
    const std::lock_guard lock(mutex_);
    unknown = take_unknown();
  }
  for (const std::uint64_t number : unknown) {
    tell_(Answered{number, failure(unknown_outcome("did not answer before the store was closed"))});
  }
}

std::vector<std::uint64_t> Link::take_unknown() {
  std::vector<std::uint64_t> unknown;
  for (const auto& [number, pending] : pending_) {
    if (pending.state == State::sent && pending.request.repeat == Repeat::never) {
      unknown.push_back(number);
    }
  }
  for (const std::uint64_t number : unknown) {
    pending_.erase(number);
  }
  return unknown;
}

bool Link::has_finished() {
  const std::lock_guard lock(mutex_);
  if (!finishing_) {
    return false;
  }
  const bool is_idle = std::none_of(pending_.begin(), pending_.end(), [](const auto& each) {
    const Pending& pending = each.second;
    return !pending.request.is_wait && pending.state != State::lasting &&
           pending.request.repeat != Repeat::gap;
  });
  return is_idle || !is_greeted_ || SteadyClock::now() >= *finish_by_;
}

/// What lasts is a reason too: it must be asked for again, so that nothing is missed for longer than
/// need be.
bool Link::has_reason_to_connect() {
  const std::lock_guard lock(mutex_);
  return first_attempt_ || !pending_.empty();
}

void Link::try_to_connect() {
  auto socket = connect_to_engine(settings_.directory, false);
  pause_ = std::clamp(pause_ * 2, shortest_pause, longest_between);
  next_attempt_ = SteadyClock::now() + pause_;
  {
    const std::lock_guard lock(mutex_);
    must_not_connect_ = !socket;
    if (!socket) {
      problem_ = socket.error().message;
    } else if (!socket->is_open()) {
      problem_.clear();  // nobody is there
    }
  }
  if (!socket || !socket->is_open()) {
    first_attempt_is_over();
    return;
  }
  socket_ = *std::move(socket);
  reader_ = FrameReader(longest_frame);
  buffer_ = first_line() + "\n";
  buffered_ = buffer_.size();
  sent_ = 0;
  ends_.clear();
}

void Link::first_attempt_is_over() {
  {
    const std::lock_guard lock(mutex_);
    first_attempt_ = false;
  }
  attempt_over_.notify_all();
}

void Link::refuse_overdue() {
  std::vector<std::uint64_t> overdue;
  {
    const std::lock_guard lock(mutex_);
    if (is_greeted_) {
      return;
    }
    const TimePoint now = SteadyClock::now();
    for (const auto& [number, pending] : pending_) {
      if (pending.due && *pending.due <= now) {
        overdue.push_back(number);
      }
    }
    for (const std::uint64_t number : overdue) {
      pending_.erase(number);
    }
    std::erase_if(outgoing_,
                  [this](const Outgoing& each) { return !pending_.contains(each.number); });
  }
  for (const std::uint64_t number : overdue) {
    tell_(Answered{number, failure(unreachable())});
  }
}

/// Puts into the buffer what waits to be sent, as far as there is room.
void Link::fill_buffer() {
  const std::lock_guard lock(mutex_);
  while (is_greeted_ && !outgoing_.empty() && buffer_.size() < most_buffered) {
    const Outgoing next = outgoing_.front();
    outgoing_.pop_front();
    const auto found = pending_.find(next.number);
    if (found == pending_.end()) {
      continue;  // it was answered, or refused, meanwhile
    }
    const std::size_t before = buffer_.size();
    append_frame(buffer_, next.kind, next.number,
                 next.kind == FrameKind::request ? std::string_view(found->second.request.body)
                                                 : std::string_view());
    buffered_ += buffer_.size() - before;
    if (next.kind == FrameKind::request) {
      ends_.emplace_back(buffered_, next.number);
    }
  }
}

void Link::send_some() {
  std::size_t sent = 0;
  int code = 0;
  while (sent < buffer_.size() && code == 0) {
    const ssize_t size = send_quietly(socket_.get(), buffer_.data() + sent, buffer_.size() - sent);
    if (size >= 0) {
      sent += static_cast<std::size_t>(size);
    } else if (errno != EINTR) {
      code = errno;
    }
  }
  buffer_.erase(0, sent);
  sent_ += sent;
  {
    // A request that the engine has only a part of it does not carry out.
    const std::lock_guard lock(mutex_);
    for (; !ends_.empty() && ends_.front().first <= sent_; ends_.pop_front()) {
      const auto found = pending_.find(ends_.front().second);
      if (found != pending_.end() && found->second.state == State::unsent) {
        found->second.state = State::sent;
        if (found->second.request.repeat == Repeat::never) {
          found->second.request.body = {};  // it is not sent again
        }
      }
    }
  }
  if (code != 0 && code != EAGAIN) {
    lose("it has closed the connection");
  }
}

/// In milliseconds, as `poll` wants it; -1 for until something comes.
int Link::longest_pause() {
  const std::lock_guard lock(mutex_);
  std::optional<TimePoint> first;
  const auto consider = [&first](TimePoint time) { first = first ? std::min(*first, time) : time; };
  if (finish_by_) {
    consider(*finish_by_);
  }
  if (!is_greeted_) {
    for (const auto& [number, pending] : pending_) {
      if (pending.due) {
        consider(*pending.due);
      }
    }
  }
  if (!socket_.is_open() && (first_attempt_ || !pending_.empty())) {
    consider(next_attempt_);
  }
  if (!first) {
    return -1;
  }
  const auto left = std::chrono::ceil<Milliseconds>(*first - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void Link::wait() {
  const auto events = static_cast<short>(POLLIN | (buffer_.empty() ? 0 : POLLOUT));
  // `poll` passes over negative descriptors.
  std::array<pollfd, 2> entries{{{socket_.get(), events, 0}, {wakeup_.file(), POLLIN, 0}}};
  if (::poll(entries.data(), entries.size(), longest_pause()) < 0) {
    return;  // a signal
  }
  if (entries[1].revents != 0) {
    wakeup_.take();
  }
  if ((entries[0].revents & ~POLLOUT) != 0) {
    read_some();
  }
}

void Link::lose(const std::string& why) {
  if (!socket_.is_open()) {
    return;
  }
  socket_.reset();
  buffer_.clear();
  std::vector<std::uint64_t> unknown;
  bool was_greeted = false;
  {
    const std::lock_guard lock(mutex_);
    was_greeted = std::exchange(is_greeted_, false);
    outgoing_.clear();
    if (!was_greeted) {
      problem_ = why;
    }
    unknown = take_unknown();
    const TimePoint due = SteadyClock::now() + settings_.connect_timeout;
    for (auto& [number, pending] : pending_) {
      if (pending.state == State::lasting) {
        pending.is_current = false;
        outgoing_.push_back({number, FrameKind::request});
        continue;
      }
      if (pending.is_stopped) {
        pending.due = SteadyClock::now();  // its time was up, and is not to wait for another engine
        continue;
      }
      if (!pending.due) {
        pending.due = due;
      }
      const auto subscription = pending.request.subscription
                                    ? pending_.find(*pending.request.subscription)
                                    : pending_.end();
      if (subscription != pending_.end() && subscription->second.state == State::lasting) {
        pending.state = State::lost;
      } else {
        enqueue(pending);
      }
    }
  }
  first_attempt_is_over();
  if (was_greeted) {
    log(LogLevel::info, "the engine has gone: " + why);
  } else {
    log(LogLevel::warn, "the engine does not serve this process: " + why);
  }
  for (const std::uint64_t number : unknown) {
    tell_(Answered{number, failure(unknown_outcome("went away before it had answered"))});
  }
}

/// Whoever waits need not wait any longer. What lasts stays, for an engine that will serve it.
void Link::refuse_all() {
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = SteadyClock::now();
    for (auto& [number, pending] : pending_) {
      if (pending.state != State::lasting) {
        pending.due = now;
      }
    }
  }
  refuse_overdue();
}

void Link::log(LogLevel level, std::string message) const {
  if (settings_.log) {
    LogRecord line;
    line.level = level;
    line.message = "remote store `" + settings_.directory.string() + "`: " + std::move(message);
    settings_.log(line);
  }
}

ProviderError Link::unreachable() const {
  return {ProviderError::Kind::storage, "remote_store",
          "no engine serves the store in `" + settings_.directory.string() + "`" +
              (problem_.empty() ? std::string() : " (" + problem_ + ")") +
              "; start the process whose runtime has it open, with "
              "`RuntimeOptions::control_socket`, and ask again",
          true};
}

ProviderError Link::unknown_outcome(const std::string& why) const {
  return {
      ProviderError::Kind::storage, "remote_store",
      "the engine of the store in `" + settings_.directory.string() + "` " + why +
          ", so nobody knows whether this was done: a start "
          "with `ReusePolicy::use_existing_same_input` can be asked for again as it is, and for "
          "anything else look at the instance first",
      false};
}

}  // namespace duroxide::gateway::remote
