#include "tracing/http_post.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

#include <duroxide/version.hpp>

#include "model/stream_socket.hpp"

namespace duroxide::tracing {

namespace {

using model::FileDescriptor;

// Of an answer, as far as it is looked at.
constexpr std::size_t most_bytes_of_head = std::size_t{16} << 10U;

auto no_answer(const std::string& why, bool may_pass = true) {
  return failure(Refusal{"there is no answer: " + why, may_pass});
}

std::string words_of(int error) {
  return std::generic_category().message(error);
}

constexpr const char* out_of_time = "time is up";

socklen_t size_of(const LoopbackAddress& address) {
  return address.common.sa_family == AF_INET6 ? sizeof(address.version6) : sizeof(address.version4);
}

/// Of the last head of an answer that is there in full; 0 if there is none yet, none if it is no HTTP, which
/// the first bytes tell. Heads that announce another have a status below 200.
std::optional<int> status_in(std::string_view answer) {
  constexpr std::string_view version = "HTTP/1.";
  constexpr std::size_t status_at = version.size() + 2;
  while (true) {
    if (answer.substr(0, version.size()) != version.substr(0, answer.size())) {
      return std::nullopt;
    }
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      return 0;
    }
    int status = 0;
    const bool has_place = end >= status_at + 3 && answer[status_at - 1] == ' ';
    const char* const digits = answer.data() + status_at;
    if (!has_place || std::from_chars(digits, digits + 3, status).ptr != digits + 3 ||
        status < 100) {
      return std::nullopt;
    }
    if (status >= 200) {
      return status;
    }
    answer.remove_prefix(end + 4);
  }
}

}  // namespace

HttpPost::Answered HttpPost::post(std::string_view json, SteadyTime until) {
  request_.assign("POST ").append(address_.path).append(" HTTP/1.1\r\nHost: ");
  request_.append(address_.authority);
  request_.append("\r\nUser-Agent: duroxide/" DUROXIDE_VERSION
                  "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ");
  request_.append(std::to_string(json.size())).append("\r\n\r\n").append(json);
  auto socket = connect(until);
  if (!socket) {
    return failure(Refusal{std::move(socket).error(), true});
  }
  // One that has stopped reading may have sent an answer before, so that is read in any case.
  (void)send(socket->get(), until);
  return receive_status(socket->get(), until);
}

HttpPost::Connected HttpPost::connect(SteadyTime until) const {
  std::string why;
  for (const LoopbackAddress& address : address_.addresses) {
    auto connected = connect(address, until);
    if (connected) {
      return connected;
    }
    if (why.empty()) {
      why = std::move(connected).error();
    }
  }
  return failure("it cannot be reached: " + why);
}

HttpPost::Connected HttpPost::connect(const LoopbackAddress& address, SteadyTime until) const {
  FileDescriptor socket = model::make_socket(address.common.sa_family, false);
  if (!socket.is_open()) {
    return failure(words_of(errno));
  }
  if (::connect(socket.get(), &address.common, size_of(address)) != 0) {
    if (errno != EINPROGRESS && errno != EINTR) {
      return failure(words_of(errno));
    }
    if (!end_->wait_for(socket.get(), POLLOUT, until)) {
      return failure(std::string(out_of_time));
    }
    int error = 0;
    socklen_t size = sizeof(error);
    (void)::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      return failure(words_of(error));
    }
  }
  return socket;
}

bool HttpPost::send(int socket, SteadyTime until) const {
  std::string_view left = request_;
  while (!left.empty()) {
    const ssize_t sent = model::send_quietly(socket, left.data(), left.size());
    if (sent > 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR && (errno != EAGAIN || !end_->wait_for(socket, POLLOUT, until))) {
      return false;
    }
  }
  return true;
}

HttpPost::Answered HttpPost::receive_status(int socket, SteadyTime until) const {
  std::string head;
  std::array<char, 4096> bytes;
  while (head.size() < most_bytes_of_head) {
    const ssize_t received = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (received > 0) {
      head.append(bytes.data(), static_cast<std::size_t>(received));
      const auto status = status_in(head);
      if (!status) {
        return no_answer("what came is no HTTP/1.1", false);
      }
      if (*status != 0) {
        return *status;
      }
    } else if (received == 0) {
      return no_answer("the connection was closed");
    } else if (errno == EAGAIN) {
      if (!end_->wait_for(socket, POLLIN, until)) {
        return no_answer(out_of_time);
      }
    } else if (errno != EINTR) {
      return no_answer(words_of(errno));
    }
  }
  return no_answer("its head is too long", false);
}

}  // namespace duroxide::tracing
