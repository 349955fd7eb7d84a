#pragma once

// What the command writes, as people see it: on a terminal of some width, or in a file.

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/output.hpp"
#include "model/file_descriptor.hpp"

namespace duroxide::cli::testing {

using model::FileDescriptor;

/// Standard output, for as long as it lives, is something else.
class Redirected {
 public:
  explicit Redirected(int to) : before_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    ::dup2(to, STDOUT_FILENO);
  }
  ~Redirected() {
    std::fflush(stdout);
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int before_;
};

/// All that comes from `from` until nobody writes to it any more.
inline std::string read_all(int from) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = ::read(from, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  return text;
}

/// What `write` puts on `to`, which is read by way of `from`.
inline std::string written_to(FileDescriptor to, const FileDescriptor& from, ColorMode color,
                              const std::function<void(Output&)>& write) {
  std::string text;
  std::thread reader([&] { text = read_all(from.get()); });
  {
    const Redirected redirected(to.get());
    to = FileDescriptor();
    Output output(false, color);
    write(output);
  }
  reader.join();
  return text;
}

/// On a terminal with so many columns.
inline std::string seen_on_terminal(unsigned short columns,
                                    const std::function<void(Output&)>& write,
                                    ColorMode color = ColorMode::never) {
  FileDescriptor screen(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!screen.is_open() || ::grantpt(screen.get()) != 0 || ::unlockpt(screen.get()) != 0) {
    throw std::runtime_error("there is no terminal to be had");
  }
  FileDescriptor terminal(::open(::ptsname(screen.get()), O_RDWR | O_NOCTTY));
  termios mode{};
  ::tcgetattr(terminal.get(), &mode);
  ::cfmakeraw(&mode);  // ends of lines stay as they are
  ::tcsetattr(terminal.get(), TCSANOW, &mode);
  const winsize size{24, columns, 0, 0};
  ::ioctl(terminal.get(), TIOCSWINSZ, &size);
  return written_to(std::move(terminal), screen, color, write);
}

/// In a file or a pipe, which has no width.
inline std::string seen_in_file(const std::function<void(Output&)>& write,
                                ColorMode color = ColorMode::never) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  const FileDescriptor from(ends[0]);
  return written_to(FileDescriptor(ends[1]), from, color, write);
}

}  // namespace duroxide::cli::testing
