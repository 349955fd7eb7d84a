#include "child_process.hpp"

#include <csignal>
#include <cstdio>
#include <stdexcept>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/kept_counts.hpp"

namespace duroxide::hostile {

namespace {

/// Far more than anything here takes, also under a sanitizer.
constexpr unsigned seconds_until_it_hangs = 200;

}  // namespace

ProcessEnd in_process(const std::function<int()>& act) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::runtime_error("cannot make a process");
  }
  if (child == 0) {
    // As in a program: neither with Catch's handlers nor with a core file.
    for (const int signal : {SIGABRT, SIGSEGV, SIGTERM, SIGFPE, SIGILL, SIGINT}) {
      std::signal(signal, SIG_DFL);
    }
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::alarm(seconds_until_it_hangs);
    // What it says as it dies is of no use in the output of the tests.
    if (std::freopen("/dev/null", "w", stderr) == nullptr) {
      ::_exit(97);
    }
    int code = 98;
    try {
      code = act();
    } catch (...) {
      code = 98;
    }
    testing::end_child(code);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child) {
    throw std::runtime_error("the process is gone");
  }
  ProcessEnd end;
  if (WIFEXITED(status)) {
    end.code = WEXITSTATUS(status);
  } else {
    end.signal = WTERMSIG(status);
  }
  return end;
}

Store open_store(const std::filesystem::path& directory) {
  auto opened = LmdbProvider::open(
      directory, LmdbOptions().durability(Durability::none).log_sink([](const LogRecord&) {}));
  if (!opened) {
    throw std::runtime_error(opened.error().to_string());
  }
  return *opened;
}

bool is_sound(const Store& store) {
  const auto report = ManagementClient(store).verify();
  return report && report->is_clean();
}

}  // namespace duroxide::hostile
