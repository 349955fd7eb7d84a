#pragma once

// What ends a process on purpose is tried in another one.

#include <csignal>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/kept_counts.hpp"

namespace duroxide::testing {

/// How a process ended, and what it has written.
struct Ending {
  int signal = 0;  ///< 0 if no signal ended it
  std::string on_stderr;
  std::string on_stdout;
};

/// The two ends of a pipe, to read from and to write to.
class ChildOutput {
 public:
  ChildOutput() {
    if (::pipe(ends_) != 0) {
      throw std::runtime_error("cannot make a pipe");
    }
  }
  ChildOutput(const ChildOutput&) = delete;
  ChildOutput& operator=(const ChildOutput&) = delete;
  ~ChildOutput() {
    ::close(ends_[0]);
    if (ends_[1] >= 0) {
      ::close(ends_[1]);
    }
  }

  /// In the child: what it writes to `descriptor` goes here.
  void take(int descriptor) { ::dup2(ends_[1], descriptor); }
  /// In the parent: all that was written. Short texts only: nobody reads while the child writes.
  [[nodiscard]] std::string read_all() {
    ::close(ends_[1]);
    ends_[1] = -1;
    std::string text;
    char part[4096];
    for (ssize_t size = 0; (size = ::read(ends_[0], part, sizeof(part))) > 0;) {
      text.append(part, static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  int ends_[2] = {-1, -1};
};

/// Without the line that an emulator of another machine adds about a process that a signal has ended.
inline std::string without_words_of_emulator(std::string text) {
  const std::size_t begin = text.rfind("qemu: uncaught target signal ");
  return begin == std::string::npos ? text : text.substr(0, begin);
}

/// Calls `act` in a child process, which ends behind it. Nothing of what `act` does is seen here, and
/// no other thread runs there.
inline Ending ending_of(const std::function<void()>& act) {
  ChildOutput on_stderr;
  ChildOutput on_stdout;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::runtime_error("cannot make a process");
  }
  if (child == 0) {
    // As in a program: neither with Catch's handler nor with a core file.
    keep_counts_of_abort();
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    on_stderr.take(STDERR_FILENO);
    on_stdout.take(STDOUT_FILENO);
    try {
      act();
    } catch (...) {
      end_child(2);
    }
    std::fflush(nullptr);
    end_child(0);
  }
  Ending ending;
  ending.on_stderr = without_words_of_emulator(on_stderr.read_all());
  ending.on_stdout = on_stdout.read_all();
  int status = 0;
  ::waitpid(child, &status, 0);
  ending.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return ending;
}

/// What a process says as it aborts in `act`; a text that names the failure if it does not, or writes
/// to its standard output.
inline std::string words_of_abort(const std::function<void()>& act) {
  const Ending ending = ending_of(act);
  if (ending.signal != SIGABRT) {
    return "(it was not aborted)";
  }
  return ending.on_stdout.empty() ? ending.on_stderr : "(it wrote to its standard output)";
}

}  // namespace duroxide::testing
