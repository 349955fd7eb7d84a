// A server with one thread: an epoll loop that takes lines, starts a workflow for each, and sends its
// result back as a line. What the engine answers comes back to the loop by an eventfd.
//
//   line_server [SOCKET]     until Ctrl-C; line_load is a client that measures it
//
// A line is an id, a blank and a text. The id makes the request idempotent: who asks again with the same
// id and text, because a connection broke or the server was killed, gets the result of the one workflow.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <coroutine>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <exception>
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
  void post(Executor::Task task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    ::eventfd_write(bell_.number(), 1);
  }
  void run() {
    eventfd_t rings = 0;
    ::eventfd_read(bell_.number(), &rings);
    std::vector<Executor::Task> tasks;
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
  std::vector<Executor::Task> tasks_;
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
      : client_(client.async(CallOptions()
                                 .on(Executor::posting(
                                     [this](Executor::Task task) { inbox_.post(std::move(task)); }))
                                 .stop(stop_.get_token()))) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
      throw std::runtime_error("the name of the socket is too long: " + path);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    ::unlink(path.c_str());
    check(::bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
          "bind");
    check(::listen(listener_.number(), SOMAXCONN), "listen");
    for (const int file : {listener_.number(), inbox_.file(), signals_.number()}) {
      watch(file, EPOLL_CTL_ADD, EPOLLIN);
    }
  }

  /// Until a signal came and every request is answered.
  void run() {
    while (!stop_.stop_requested() || open_requests_ > 0) {
      epoll_event events[64];
      const int count = ::epoll_wait(epoll_.number(), events, 64, -1);
      for (int i = 0; i < count; ++i) {
        const int file = events[i].data.fd;
        if (file == inbox_.file()) {
          inbox_.run();
        } else if (file == listener_.number()) {
          accept();
        } else if (file == signals_.number()) {
          stop();
        } else if (const auto found = connections_.find(file); found != connections_.end()) {
          serve(found->second);
        }
      }
    }
  }

 private:
  struct Connection {
    explicit Connection(int number) : socket(number) {}
    File socket;
    std::string received;
    std::string to_send;
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

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
      watch(file, EPOLL_CTL_ADD, EPOLLIN);
    }
  }

  /// Nothing new is begun, and what waits for a workflow is answered as cancelled; the workflow goes on,
  /// and who asks the next server with the same id gets its result.
  void stop() {
    watch(signals_.number(), EPOLL_CTL_DEL, 0);
    watch(listener_.number(), EPOLL_CTL_DEL, 0);
    stop_.request_stop();
  }

  void serve(const ConnectionPtr& connection) {
    char buffer[16384];
    const auto size = ::recv(connection->socket.number(), buffer, sizeof(buffer), 0);
    if (size == 0 || (size < 0 && errno != EAGAIN)) {
      connections_.erase(connection->socket.number());  // whoever answers it finds it gone
      return;
    }
    connection->received.append(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = connection->received.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      const std::string line = connection->received.substr(begin, end - begin);
      const auto blank = line.find(' ');
      answer(connection, line.substr(0, blank),
             blank == std::string::npos ? std::string() : line.substr(blank + 1));
    }
    connection->received.erase(0, begin);
    flush(*connection);
  }

  /// One request, on the loop's thread from its beginning to its end.
  Job answer(std::weak_ptr<Connection> from, std::string id, std::string text) {
    ++open_requests_;
    const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
    std::string reply;
    const auto started = co_await client_.start_orchestration(id, "Shout", text, same);
    if (started) {
      const auto output = co_await client_.wait_for_output<std::string>(id);
      reply = output ? *output : "error: " + output.error().message;
    } else {
      reply = "error: " + started.error().message;
    }
    if (const auto connection = from.lock()) {
      connection->to_send += id + " " + reply + "\n";
      flush(*connection);
    }
    --open_requests_;
  }

  void flush(Connection& connection) {
    while (!connection.to_send.empty()) {
      const auto size = ::send(connection.socket.number(), connection.to_send.data(),
                               connection.to_send.size(), MSG_NOSIGNAL);
      if (size < 0) {
        break;  // full: epoll tells when there is room; or gone, which the next read tells
      }
      connection.to_send.erase(0, static_cast<std::size_t>(size));
    }
    const std::uint32_t room =
        connection.to_send.empty() ? 0U : static_cast<std::uint32_t>(EPOLLOUT);
    watch(connection.socket.number(), EPOLL_CTL_MOD, EPOLLIN | room);
  }

  [[nodiscard]] static int wanted_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return ::signalfd(-1, &signals, SFD_CLOEXEC);
  }

  std::stop_source stop_;
  Inbox inbox_;
  File epoll_{check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  File listener_{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
  File signals_{check(wanted_signals(), "signalfd")};
  std::map<int, ConnectionPtr> connections_;
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
