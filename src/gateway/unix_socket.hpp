#pragma once

#include <optional>

#include <sys/types.h>

#include "model/file_descriptor.hpp"
#include "model/stream_socket.hpp"

// What sockets in the file system need of the system beside what all systems call the same. No function
// throws, and `errno` says why one has failed.

namespace duroxide::gateway {

using model::accept_peer;
using model::make_socket;
using model::send_quietly;

[[nodiscard]] model::FileDescriptor make_unix_socket(bool waits);

/// Who has connected, as the system knows it; none if it does not.
[[nodiscard]] std::optional<uid_t> user_of_peer(int peer);

}  // namespace duroxide::gateway
