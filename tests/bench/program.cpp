#include "program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr unsigned longest_seconds = 3'600;

/// In the new process, where other threads may hold locks that nobody lets go of: so no memory is taken.
[[noreturn]] void become(const char* file, char* const* arguments, const char* directory,
                         int output, pid_t bench) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::alarm(longest_seconds);  // it goes on in the other program
  const bool is_ready =
      ::getppid() == bench && ::chdir(directory) == 0 && ::dup2(output, STDOUT_FILENO) >= 0;
  if (is_ready) {
    ::execv(file, arguments);
  }
  ::_exit(127);
}

}  // namespace

Program::Program(const std::filesystem::path& file, const std::vector<std::string>& arguments,
                 const std::filesystem::path& directory) {
  std::vector<std::string> words{file.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a pipe: " + std::string(std::strerror(errno)));
  }
  const pid_t bench = ::getpid();
  process_ = ::fork();
  if (process_ == 0) {
    become(file.c_str(), pointers.data(), directory.c_str(), ends[1], bench);
  }
  const int problem = errno;
  ::close(ends[1]);
  output_ = ends[0];
  if (process_ < 0) {
    ::close(output_);
    throw std::runtime_error("cannot run " + file.string() + ": " + std::strerror(problem));
  }
}

Program::~Program() {
  ::kill(process_, SIGTERM);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::close(output_);
}

std::string Program::line() {
  std::string line;
  char next = 0;
  while (true) {
    const auto size = ::read(output_, &next, 1);
    if (size == 1 && next != '\n') {
      line.push_back(next);
    } else if (size >= 0 || errno != EINTR) {
      return line;
    }
  }
}
