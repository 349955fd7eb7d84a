#pragma once

#include <cstddef>

#include <sys/types.h>

#include "model/file_descriptor.hpp"

// What stream sockets need of the system beside what all systems call the same. No function throws, and
// `errno` says why one has failed.

namespace duroxide::model {

/// A stream socket of this family that programs which this process starts do not get; if it does not wait,
/// calls answer EAGAIN instead. None if there are no descriptors left.
[[nodiscard]] FileDescriptor make_socket(int family, bool waits);

/// The next peer of a listening socket, as a socket that does not wait. None if there is none now, or no
/// descriptor for it.
[[nodiscard]] FileDescriptor accept_peer(int listening);

/// As `send`, without a signal to the process if the peer has gone.
[[nodiscard]] ssize_t send_quietly(int socket, const char* bytes, std::size_t size);

}  // namespace duroxide::model
