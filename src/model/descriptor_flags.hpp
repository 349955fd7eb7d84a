#pragma once

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "model/file_descriptor.hpp"

// For systems whose calls cannot make a descriptor with these flags. Between the two calls another thread
// may start a program, which then has the descriptor too.

namespace duroxide::model {

/// Programs that this process starts do not get the descriptor; if it does not wait, calls answer EAGAIN
/// instead. False, and `errno` says why, if the descriptor is none.
[[nodiscard]] inline bool set_flags(int file, bool waits) {
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && ::fcntl(file, F_SETFD, FD_CLOEXEC) == 0 &&
         (waits || ::fcntl(file, F_SETFL, flags | O_NONBLOCK) == 0);
}

/// The end that is read and the end that is written, neither of which waits. Throws `std::system_error` if
/// the process has no descriptors left.
[[nodiscard]] inline std::pair<FileDescriptor, FileDescriptor> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  std::pair<FileDescriptor, FileDescriptor> made{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  if (!set_flags(ends[0], false) || !set_flags(ends[1], false)) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  return made;
}

}  // namespace duroxide::model
