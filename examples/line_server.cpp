// A server with one thread: an epoll loop that takes lines, starts a workflow for each, and sends its
// result back as a line. Replies come to the loop by an eventfd, from threads of the engine's.
//
//   line_server [SOCKET]     until Ctrl-C; line_load is a client that measures it
//
// A line is an id, a blank and a text. The id makes the request idempotent: who asks again with the same
// id and text, because a connection broke or the server was killed, gets the result of the one workflow.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <coroutine>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;

namespace {

Task<std::string> shout(OrchestrationContext ctx, std::string text) {
  std::string loud = co_await ctx.schedule_activity("Raise", text);
  co_return loud;
}

std::string raise_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
  return text;
}

int check(int result, const char* what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return result;
}

/// A file descriptor that is closed in the end.
class File {
 public:
  explicit File(int number) : number_(number) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(number_); }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// Tasks that other threads post to the loop. Its file can be read when there are some.
class Inbox {
 public:
  using Task = std::function<void()>;

  void post(Task task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() == 1) {  // the bell still rings for those before it
      ::eventfd_write(bell_.number(), 1);
    }
  }
  void run() {
    eventfd_t rings = 0;
    ::eventfd_read(bell_.number(), &rings);
    std::vector<Task> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks) {
      task();
    }
  }
  [[nodiscard]] int file() const { return bell_.number(); }

 private:
  File bell_{check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")};
  std::mutex mutex_;
  std::vector<Task> tasks_;
};

/// A coroutine that nobody waits for. What it has is gone when it ends.
struct Job {
  struct promise_type {
    Job get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

class Server {
 public:
  Server(const Client& client, const std::string& path)
      : client_(client.async(CallOptions().stop(stop_.get_token()))) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
      throw std::runtime_error("the name of the socket is too long: " + path);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    remove_old_socket(path);
    check(::bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
          "bind");
    check(::listen(listener_.number(), SOMAXCONN), "listen");
    for (const int file : {listener_.number(), inbox_->file(), signals_.number()}) {
      watch(file, EPOLL_CTL_ADD, readable);
    }
  }

  /// Until a signal came, every request is answered and the answers are sent. Who does not take them is
  /// not waited for.
  void run() {
    while (!stop_.stop_requested() || open_requests_ > 0 || is_still_sending()) {
      epoll_event events[64];
      const int count = ::epoll_wait(epoll_.number(), events, 64, longest_wait());
      for (int i = 0; i < count; ++i) {
        const int file = events[i].data.fd;
        if (file == inbox_->file()) {
          inbox_->run();
        } else if (file == listener_.number()) {
          accept();
        } else if (file == signals_.number()) {
          stop();
        } else if (const auto found = connections_.find(file); found != connections_.end()) {
          serve(found->second, events[i].events);
        }
      }
      flush_those_with_answers();
      close_those_that_are_over();
      if (!over_.empty() || count == 0) {
        accept_again();
      }
      over_.clear();
    }
  }

 private:
  static constexpr std::uint32_t readable = EPOLLIN;
  static constexpr std::uint32_t writable = EPOLLOUT;
  static constexpr std::uint32_t lost = EPOLLHUP | EPOLLERR;
  static constexpr std::size_t longest_line = 64 * 1024;
  /// Who has so much to take first, or so many answers to wait for, is not read.
  static constexpr std::size_t most_unsent = 1024 * 1024;
  static constexpr std::size_t most_open = 1024;

  struct Connection {
    explicit Connection(int number) : socket(number) {}
    File socket;
    std::string received;
    std::string to_send;
    std::size_t open_requests = 0;
    bool has_ended = false;  ///< no request comes any more; answers may still be wanted
    bool is_gone = false;    ///< nor does anybody want answers

    [[nodiscard]] bool is_over() const {
      return is_gone || (has_ended && open_requests == 0 && to_send.empty());
    }
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  /// That another server has left. Whatever else has that name is none of ours.
  static void remove_old_socket(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      return;
    }
    if (!S_ISSOCK(status.st_mode)) {
      throw std::runtime_error(path + " is there, and no socket; name another place");
    }
    ::unlink(path.c_str());
  }

  void watch(int file, int operation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = file;
    check(::epoll_ctl(epoll_.number(), operation, file, &event), "epoll_ctl");
  }

  void accept() {
    const int file = ::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (file >= 0) {
      connections_.emplace(file, std::make_shared<Connection>(file));
      watch(file, EPOLL_CTL_ADD, readable);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      watch(listener_.number(), EPOLL_CTL_MOD, 0);  // it would ring for ever
      rests_ = true;
    }
  }

  /// A connection has ended, or some time has passed: there may be room.
  void accept_again() {
    if (rests_ && !stop_.stop_requested()) {
      watch(listener_.number(), EPOLL_CTL_MOD, readable);
      rests_ = false;
    }
  }

  /// Milliseconds; negative for ever.
  [[nodiscard]] int longest_wait() const {
    return stop_.stop_requested() ? 100 : (rests_ ? 1000 : -1);
  }

  /// Nothing new is begun, and what waits for a workflow is answered as cancelled; the workflow goes on,
  /// and who asks the next server with the same id gets its result.
  void stop() {
    watch(signals_.number(), EPOLL_CTL_DEL, 0);
    watch(listener_.number(), EPOLL_CTL_DEL, 0);
    last_moment_ = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    stop_.request_stop();
    for (const auto& [file, connection] : connections_) {
      flush(*connection);
    }
  }

  [[nodiscard]] bool is_still_sending() const {
    return std::chrono::steady_clock::now() < last_moment_ &&
           std::any_of(connections_.begin(), connections_.end(),
                       [](const auto& each) { return !each.second->to_send.empty(); });
  }

  [[nodiscard]] bool may_read(const Connection& connection) const {
    return !stop_.stop_requested() && !connection.has_ended &&
           connection.to_send.size() < most_unsent && connection.open_requests < most_open;
  }

  void serve(const ConnectionPtr& connection, std::uint32_t events) {
    if ((events & readable) != 0 && may_read(*connection)) {
      read(connection);
    } else if ((events & lost) != 0) {
      connection->is_gone = true;
    }
    flush(*connection);
  }

  void read(const ConnectionPtr& connection) {
    char buffer[16384];
    const auto size = ::recv(connection->socket.number(), buffer, sizeof(buffer), 0);
    if (size < 0) {
      connection->is_gone = errno != EAGAIN && errno != EINTR;
      return;
    }
    if (size == 0) {
      connection->has_ended = true;
      return;
    }
    connection->received.append(buffer, static_cast<std::size_t>(size));
    std::size_t taken = 0;
    for (std::size_t end = 0; (end = connection->received.find('\n', taken)) != std::string::npos &&
                              end - taken <= longest_line;
         taken = end + 1) {
      const std::string line = connection->received.substr(taken, end - taken);
      const auto blank = line.find(' ');
      begin(connection, line.substr(0, blank),
            blank == std::string::npos ? std::string() : line.substr(blank + 1));
    }
    connection->received.erase(0, taken);
    if (connection->received.size() > longest_line) {
      connection->received.clear();
      connection->has_ended = true;
      connection->to_send += "error: a line is longer than 64 KiB\n";
    }
  }

  /// A request begins here and ends in `end`, both on the loop's thread. Both calls are made at once: the
  /// store gets those of one client in the order in which they are made, so the wait finds what is started.
  void begin(const ConnectionPtr& connection, const std::string& id, const std::string& text) {
    ++open_requests_;
    ++connection->open_requests;
    const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
    auto start = client_.start_orchestration(id, "Shout", text, same);
    auto output = client_.wait_for_output<std::string>(id);
    wait_for_both(
        std::move(start), std::move(output),
        [this, inbox = inbox_, from = std::weak_ptr(connection), id](const std::string& reply) {
          inbox->post([this, from, line = id + " " + reply + "\n"] { end(from, line); });
        });
  }

  /// The answers come in place, on threads of the engine's, which must not be held up. So a request goes
  /// through the loop once, with its reply.
  static Job wait_for_both(PendingCall<StartResult> start, PendingCall<std::string> output,
                           std::function<void(const std::string&)> reply) {
    const auto started = co_await start;
    if (!started) {
      // What is there under this id is another's, and may never end: nobody waits for it, and the wait is
      // cancelled as it goes.
      reply("error: " + started.error().message);
      co_return;
    }
    const auto ended = co_await output;
    reply(ended ? *ended : "error: " + ended.error().message);
  }

  void end(const std::weak_ptr<Connection>& from, const std::string& line) {
    --open_requests_;
    if (const auto connection = from.lock()) {
      --connection->open_requests;
      connection->to_send += line;
      answered_.push_back(from);
    }
  }

  /// After the events of one look, so that answers that come together are sent together.
  void flush_those_with_answers() {
    for (const auto& each : std::exchange(answered_, {})) {
      const auto connection = each.lock();
      if (connection && !connection->to_send.empty()) {
        flush(*connection);
      }
    }
  }

  /// Sends what can be sent, and says what is to be told of this connection from here on.
  void flush(Connection& connection) {
    std::size_t sent = 0;
    while (sent < connection.to_send.size() && !connection.is_gone) {
      const auto size = ::send(connection.socket.number(), connection.to_send.data() + sent,
                               connection.to_send.size() - sent, MSG_NOSIGNAL);
      if (size >= 0) {
        sent += static_cast<std::size_t>(size);
      } else if (errno == EAGAIN) {
        break;  // epoll tells when there is room
      } else if (errno != EINTR) {
        connection.is_gone = true;
      }
    }
    connection.to_send.erase(0, sent);
    if (connection.is_over()) {
      over_.push_back(connection.socket.number());
      return;
    }
    watch(connection.socket.number(), EPOLL_CTL_MOD,
          (may_read(connection) ? readable : 0U) | (connection.to_send.empty() ? 0U : writable));
  }

  /// After the events of one look, as some of these may be of the same connection.
  void close_those_that_are_over() {
    for (const int file : over_) {
      connections_.erase(file);  // whoever answers it finds it gone
    }
  }

  [[nodiscard]] static int wanted_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return ::signalfd(-1, &signals, SFD_CLOEXEC);
  }

  std::stop_source stop_;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();  ///< shared with who posts to it
  File epoll_{check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  File listener_{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")};
  File signals_{check(wanted_signals(), "signalfd")};
  std::map<int, ConnectionPtr> connections_;
  std::vector<std::weak_ptr<Connection>> answered_;    ///< connections with answers to be sent
  std::vector<int> over_;                              ///< connections to be closed
  bool rests_ = false;                                 ///< nobody is accepted, for want of room
  std::chrono::steady_clock::time_point last_moment_;  ///< for sending, once it is to stop
  std::size_t open_requests_ = 0;
  AsyncClient client_;  ///< last: what it still answers, the others are there for
};

/// Before any thread is started, so that none of them takes the signals.
void leave_signals_to_the_loop() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "./line.sock";
  try {
    leave_signals_to_the_loop();
    const Store store = expect(LmdbProvider::open("./line-store"));
    Runtime runtime{store};
    runtime.register_orchestration("Shout", shout)
        .register_activity("Raise", raise_letters, ActivityKind::short_running);
    expect(runtime.start());
    Server server(Client(store), path);
    std::cout << "listening on " << path << std::endl;
    server.run();
    runtime.stop();
  } catch (const std::exception& error) {
    std::cerr << "line_server: " << error.what() << '\n';
    return 1;
  }
  std::cout << "stopped\n";
  return 0;
}
