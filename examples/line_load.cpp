// The load for line_server: has so many requests under way on one connection, checks every answer, and
// prints what they took. The next requests are sent together, once all answers that have come are taken;
// until then they wait here, and a time counts from when a request was ready to be sent until its answer
// was taken, with both waits.
//
//   line_load [SOCKET [IN_FLIGHT [REQUESTS]]]
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

class Connection {
 public:
  explicit Connection(const std::string& path) : file_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
      throw std::runtime_error("the name of the socket is too long: " + path);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (::connect(file_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::system_error(errno, std::generic_category(), "cannot connect to " + path);
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(file_); }

  /// Sends it before the next line is waited for, so that what is asked together is sent together.
  void send(const std::string& text) { to_send_ += text; }

  std::string receive_line() {
    for (;;) {
      if (const auto end = received_.find('\n', begin_); end != std::string::npos) {
        std::string line = received_.substr(begin_, end - begin_);
        begin_ = end + 1;
        return line;
      }
      received_.erase(0, begin_);
      begin_ = 0;
      flush();
      char buffer[16384];
      const auto size = ::recv(file_, buffer, sizeof(buffer), 0);
      if (size <= 0) {
        throw std::runtime_error("the server has closed the connection");
      }
      received_.append(buffer, static_cast<std::size_t>(size));
    }
  }

 private:
  void flush() {
    for (std::size_t sent = 0; sent < to_send_.size();) {
      const auto size = ::send(file_, to_send_.data() + sent, to_send_.size() - sent, MSG_NOSIGNAL);
      if (size < 0) {
        throw std::system_error(errno, std::generic_category(), "send");
      }
      sent += static_cast<std::size_t>(size);
    }
    to_send_.clear();
  }

  int file_;
  std::string to_send_;
  std::string received_;
  std::size_t begin_ = 0;
};

struct Load {
  std::size_t in_flight;
  std::size_t requests;
};

/// How long each request took, in microseconds.
std::vector<double> run(Connection& server, const Load& load) {
  // Ids are taken for ever, so each run has others.
  const std::string run =
      std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "-";
  std::vector<Clock::time_point> begun;
  std::vector<double> took;
  const auto ask = [&] {
    begun.push_back(Clock::now());
    server.send(run + std::to_string(begun.size() - 1) + " hello\n");
  };
  while (begun.size() < std::min(load.in_flight, load.requests)) {
    ask();
  }
  while (took.size() < load.requests) {
    const std::string line = server.receive_line();
    const auto blank = line.find(' ');
    if (line.compare(0, run.size(), run) != 0 || line.substr(blank + 1) != "HELLO") {
      throw std::runtime_error("a wrong answer: " + line);
    }
    const auto number = std::stoul(line.substr(run.size(), blank - run.size()));
    took.push_back(
        std::chrono::duration<double, std::micro>(Clock::now() - begun.at(number)).count());
    if (begun.size() < load.requests) {
      ask();
    }
  }
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string path = argc > 1 ? argv[1] : "./line.sock";
    const Load load{argc > 2 ? std::max(1UL, std::stoul(argv[2])) : 64UL,
                    argc > 3 ? std::max(1UL, std::stoul(argv[3])) : 10000UL};
    Connection server(path);
    const auto began = Clock::now();
    auto took = run(server, load);
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::sort(took.begin(), took.end());
    const auto at = [&](std::size_t percent) {
      return static_cast<long>(took[(took.size() - 1) * percent / 100]);
    };
    std::cout << load.requests << " requests, " << load.in_flight
              << " in flight: " << static_cast<long>(static_cast<double>(load.requests) / seconds)
              << " a second, p50 " << at(50) << " us, p99 " << at(99) << " us\n";
  } catch (const std::exception& error) {
    std::cerr << "line_load: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
