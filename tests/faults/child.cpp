#include "faults/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace duroxide::faults {

using namespace std::chrono_literals;

namespace {

/// Only against a test that would hang for ever.
constexpr std::chrono::microseconds longest_test = 5min;
constexpr const char* threw = "threw: ";

// Of a child, for what it tells.
int tells_to = -1;    // NOLINT: set once, before there are threads
int listens_to = -1;  // NOLINT: likewise

/// Past what the tests have put in the place of `write`.
bool write_all(int file, const char* from, std::size_t count) {
  while (count > 0) {
    const long written = ::syscall(SYS_write, file, from, count);
    if (written < 0 && errno != EINTR) {
      return false;
    }
    if (written > 0) {
      from += written;
      count -= static_cast<std::size_t>(written);
    }
  }
  return true;
}

/// Leaves the group of the test: the system hangs up on a whole group in which something is stopped once the
/// shell that has started it is gone. What no longer ends with that group ends with the test.
void leave_group(pid_t test) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != test) {
    ::_exit(1);
  }
}

[[noreturn]] void run(const std::function<void()>& work) {
  // A signal is not for the program of the tests, which would report it as its own.
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGINT}) {
    std::signal(number, SIG_DFL);
  }
  int code = 0;
  try {
    work();
  } catch (const std::exception& failed) {
    tell(threw + std::string(failed.what()));
    code = 1;
  } catch (...) {
    tell(threw + std::string("something that is no std::exception, a failed assertion for one"));
    code = 1;
  }
  ::_exit(code);
}

}  // namespace

Child::Child(const std::function<void()>& work) {
  std::array<int, 2> tells{};
  std::array<int, 2> words{};
  if (::pipe(tells.data()) != 0 || ::pipe(words.data()) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  std::signal(SIGPIPE, SIG_IGN);
  const pid_t test = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) {
    throw std::runtime_error("no process could be made");
  }
  if (pid_ == 0) {
    ::close(tells[0]);
    ::close(words[1]);
    leave_group(test);
    tells_to = tells[1];
    listens_to = words[0];
    run(work);
  }
  ::close(tells[1]);
  ::close(words[0]);
  from_ = tells[0];
  to_ = words[1];
}

Child::~Child() {
  kill();
  ::close(from_);
  ::close(to_);
}

void Child::read_some(std::chrono::microseconds longest) {
  pollfd entry{from_, POLLIN, 0};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
  const timespec time{seconds.count(), std::chrono::nanoseconds(longest - seconds).count()};
  if (::ppoll(&entry, 1, &time, nullptr) <= 0) {
    return;
  }
  std::array<char, 65536> bytes{};
  const auto got = ::read(from_, bytes.data(), bytes.size());
  if (got > 0) {
    unread_.append(bytes.data(), static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    ended_ = true;
  }
}

std::optional<std::string> Child::take() {
  std::uint32_t length = 0;
  if (unread_.size() < sizeof(length)) {
    return std::nullopt;
  }
  std::memcpy(&length, unread_.data(), sizeof(length));
  if (unread_.size() < sizeof(length) + length) {
    return std::nullopt;
  }
  std::string text = unread_.substr(sizeof(length), length);
  unread_.erase(0, sizeof(length) + length);
  return text;
}

std::optional<std::string> Child::next(std::chrono::microseconds longest) {
  const auto until = std::chrono::steady_clock::now() + longest;
  while (true) {
    if (auto text = take()) {
      return text;
    }
    const auto left =
        std::chrono::ceil<std::chrono::microseconds>(until - std::chrono::steady_clock::now());
    if (ended_ || left <= 0us) {
      return std::nullopt;
    }
    read_some(left);
  }
}

std::optional<std::string> Child::next() {
  auto text = next(longest_test);
  if (!text && !ended_) {
    hung_ = true;
    kill();
  }
  return text;
}

std::vector<std::string> Child::rest() {
  std::vector<std::string> all;
  while (auto text = next()) {
    all.push_back(std::move(*text));
  }
  return all;
}

bool Child::tells(const std::string& text) {
  while (const auto told = next()) {
    if (*told == text) {
      return true;
    }
    if (told->rfind(threw, 0) == 0) {
      throw std::runtime_error("the other process " + *told);
    }
  }
  return false;
}

void Child::say_word(char word) const {
  (void)write_all(to_, &word, 1);
}

void Child::kill() {
  if (!status_) {
    ::kill(pid_, SIGKILL);
    wait();
    was_killed_ = WIFSIGNALED(*status_) && WTERMSIG(*status_) == SIGKILL;
  }
}

void Child::stop() {
  int status = 0;
  ::kill(pid_, SIGSTOP);
  const bool is_told_of = ::waitpid(pid_, &status, WUNTRACED) == pid_;
  if (is_told_of && WIFSTOPPED(status)) {
    return;
  }
  if (is_told_of) {
    status_ = status;  // its number may be another's from now on
  }
  throw std::runtime_error("a process that was to be stopped has ended");
}

void Child::go_on() const {
  ::kill(pid_, SIGCONT);
}

void Child::wait() {
  int status = -1;
  while (!status_) {
    if (::waitpid(pid_, &status, 0) == pid_) {
      status_ = status;
    } else if (errno != EINTR) {
      throw std::runtime_error("a process cannot be waited for");
    }
  }
}

std::string Child::how_it_ended() {
  std::string said;
  for (const std::string& text : rest()) {
    if (text.rfind(threw, 0) == 0) {
      said = text;
    }
  }
  wait();
  if (hung_) {
    return "it did not come to its end";
  }
  if (WIFSIGNALED(*status_)) {
    return "signal " + std::to_string(WTERMSIG(*status_));
  }
  return said.empty() && *status_ != 0 ? "status " + std::to_string(*status_) : said;
}

void tell(const std::string& text) {
  static std::mutex one_by_one;
  const std::lock_guard lock(one_by_one);
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string bytes(sizeof(length), '\0');
  std::memcpy(bytes.data(), &length, sizeof(length));
  bytes += text;
  (void)write_all(tells_to, bytes.data(), bytes.size());
}

char wait_for_word() {
  char word = 0;
  while (::syscall(SYS_read, listens_to, &word, 1) < 0 && errno == EINTR) {
  }
  return word;
}

bool has_word() {
  pollfd entry{listens_to, POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

}  // namespace duroxide::faults
