#include "provider/engine_process.hpp"

#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "support/kept_counts.hpp"

namespace duroxide::testing {

namespace {

LmdbOptions options_of(ActorSystem system, std::shared_ptr<Clock> clock) {
  return LmdbOptions()
      .clock(std::move(clock))
      .actor_system(std::move(system))
      .durability(Durability::none)
      .log_sink({});
}

[[noreturn]] void serve(const std::function<bool(int)>& step, int orders, int answers) {
  int code = 0;
  try {
    char byte = 0;
    for (int number = 0; ::read(orders, &byte, 1) == 1 && step(number); ++number) {
      if (::write(answers, &byte, 1) != 1) {
        break;
      }
    }
  } catch (...) {
    code = 1;
  }
  end_child(code);
}

}  // namespace

std::unique_ptr<World> open_world(const std::filesystem::path& directory, std::uint64_t map_size) {
  return std::make_unique<World>([&](ActorSystem system, std::shared_ptr<Clock> clock) {
    return LmdbProvider::open(directory, options_of(system, clock).map_size(map_size)).value();
  });
}

std::unique_ptr<World> open_to_read(const std::filesystem::path& directory) {
  return std::make_unique<World>([&](ActorSystem system, std::shared_ptr<Clock> clock) {
    return LmdbProvider::open_read_only(directory, options_of(system, clock)).value();
  });
}

OtherProcess::OtherProcess(const std::function<bool(int)>& step) {
  std::array<int, 2> orders{};
  std::array<int, 2> answers{};
  if (::pipe(orders.data()) != 0 || ::pipe(answers.data()) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  ::signal(SIGPIPE, SIG_IGN);  // a process that has ended is told of by `step`
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(orders[1]);
    ::close(answers[0]);
    serve(step, orders[0], answers[1]);
  }
  ::close(orders[0]);
  ::close(answers[1]);
  orders_ = orders[1];
  answers_ = answers[0];
}

OtherProcess::~OtherProcess() {
  ::close(orders_);
  wait();
  ::close(answers_);
}

bool OtherProcess::step() {
  char byte = 1;
  return ::write(orders_, &byte, 1) == 1 && ::read(answers_, &byte, 1) == 1;
}

void OtherProcess::kill() {
  ::kill(pid_, SIGKILL);
  wait();
}

void OtherProcess::wait() {
  if (pid_ > 0) {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
  }
}

}  // namespace duroxide::testing
