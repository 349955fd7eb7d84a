#include "gateway/line_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "gateway/unix_socket.hpp"

namespace duroxide::gateway {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// As `poll` wants it: rounded up, so that it does not return too early again and again.
int milliseconds_until(SteadyClock::time_point deadline) {
  const auto left = std::chrono::ceil<Milliseconds>(deadline - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

bool is_set(const pollfd& entry, int events) {
  return (entry.revents & events) != 0;
}

}  // namespace

LineSocket::LineSocket(model::FileDescriptor socket, int stop)
    : socket_(std::move(socket)), stop_(stop) {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
}

LineSocket::Deadline LineSocket::deadline_of(std::optional<Milliseconds> timeout) {
  return timeout ? Deadline(SteadyClock::now() + *timeout) : std::nullopt;
}

LineSocket::Outcome LineSocket::wait(short events, int file, Deadline deadline) const {
  while (true) {
    // `poll` passes over negative descriptors. It always tells of an end that is closed for both
    // directions; one that only has nothing more to say may still want its answer.
    std::array<pollfd, 3> entries{
        {{socket_.get(), events, 0}, {stop_, POLLIN, 0}, {file, POLLIN, 0}}};
    const int ready =
        ::poll(entries.data(), entries.size(), deadline ? milliseconds_until(*deadline) : -1);
    if (ready < 0 && errno != EINTR) {
      return Outcome::closed;
    }
    if (ready > 0) {
      if (is_set(entries[1], ~0)) {
        return Outcome::stopped;
      }
      if (is_set(entries[0], events) || is_set(entries[2], ~0)) {
        return Outcome::done;
      }
      if (is_set(entries[0], ~0)) {
        return Outcome::closed;
      }
    }
    if (deadline && SteadyClock::now() >= *deadline) {
      return Outcome::timed_out;
    }
  }
}

LineSocket::Outcome LineSocket::read_line(std::string& line, std::size_t most,
                                          std::optional<Milliseconds> timeout) {
  const Deadline deadline = deadline_of(timeout);
  std::size_t searched = 0;
  while (true) {
    const std::size_t end = unread_.find('\n', searched);
    if (end != std::string::npos && end <= most) {
      line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return Outcome::done;
    }
    searched = unread_.size();
    if (searched > most) {
      return Outcome::too_long;
    }
    if (const Outcome ready = wait(POLLIN, -1, deadline); ready != Outcome::done) {
      return ready;
    }
    std::array<char, 65'536> buffer;  // NOLINT: to be overwritten
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size == 0) {
      return Outcome::closed;
    }
    if (size > 0) {
      unread_.append(buffer.data(), static_cast<std::size_t>(size));
    } else if (errno != EAGAIN && errno != EINTR) {
      return Outcome::closed;
    }
  }
}

bool LineSocket::send_some() {
  while (sent_ < unsent_.size()) {
    const ssize_t size =
        send_quietly(socket_.get(), unsent_.data() + sent_, unsent_.size() - sent_);
    if (size >= 0) {
      sent_ += static_cast<std::size_t>(size);
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
  unsent_.clear();
  sent_ = 0;
  return true;
}

LineSocket::Outcome LineSocket::write_line(std::string_view line,
                                           std::optional<Milliseconds> timeout) {
  unsent_.append(line).append("\n");
  while (true) {
    if (!send_some()) {
      return Outcome::closed;
    }
    if (unsent_.empty()) {
      return Outcome::done;
    }
    if (const Outcome ready = wait(POLLOUT, -1, deadline_of(timeout)); ready != Outcome::done) {
      return ready;
    }
  }
}

bool LineSocket::goes_on() {
  return wait(0, -1, SteadyClock::now()) == Outcome::timed_out;
}

bool LineSocket::write_if_room(std::string_view line) {
  if (unsent_.empty()) {
    unsent_.append(line).append("\n");
  }
  if (!send_some()) {
    return false;
  }
  return goes_on();
}

LineSocket::Outcome LineSocket::wait_until_readable(int file) {
  return wait(0, file, std::nullopt);
}

}  // namespace duroxide::gateway
