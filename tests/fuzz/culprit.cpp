#include "fuzz/culprit.hpp"

#include <array>
#include <csignal>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "fuzz/target.hpp"

// Of a sanitizer's runtime, if there is one.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace duroxide::fuzz {

namespace {

std::string_view current;
std::string_view origin;
std::string file_name;  // made beforehand: a handler of signals cannot make one

void write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void write_culprit() {
  const int file = ::open(file_name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  write_all(file, current);
  ::close(file);
  for (const std::string_view part :
       {std::string_view("fuzz "), std::string_view(target_name), std::string_view(": "), origin,
        std::string_view("; its bytes are in "), std::string_view(file_name),
        std::string_view("\n")}) {
    write_all(STDERR_FILENO, part);
  }
}

void on_signal(int number) {
  write_culprit();
  ::signal(number, SIG_DFL);
  ::raise(number);
}

}  // namespace

void watch(std::string_view input, std::string_view how) {
  current = input;
  origin = how;
}

void keep_culprits() {
  std::array<char, 4096> directory{};
  if (::getcwd(directory.data(), directory.size()) != nullptr) {
    file_name = std::string(directory.data()) + "/";
  }
  file_name += std::string("failed-") + target_name + "-" + std::to_string(::getpid());
  // A sanitizer has handlers of its own, which say more.
  const bool sanitized = __sanitizer_set_death_callback != nullptr;
  if (sanitized) {
    __sanitizer_set_death_callback(write_culprit);
  }
  static std::array<char, 1 << 16> stack;  // that of the process may be what has overflowed
  stack_t other{};
  other.ss_sp = stack.data();
  other.ss_size = stack.size();
  ::sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGABRT, SIGTERM, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    if (!sanitized || number == SIGABRT || number == SIGTERM) {
      ::sigaction(number, &action, nullptr);
    }
  }
}

}  // namespace duroxide::fuzz
