#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

#include <duroxide/clock.hpp>

#include "gateway/commands.hpp"
#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

/// What others can take of a server.
struct ServerLimits {
  /// Served at once; more wait until one is done.
  std::size_t connections = 64;
  /// Of those, how many may follow an instance or list all, at their reader's pace, so that others
  /// always find room.
  std::size_t followers = 48;
  std::size_t request_bytes = std::size_t{128} << 20;
  /// How long a peer may take to send its request, and, but for followers, to take
  /// anything of its answer.
  Milliseconds patience{10'000};
  /// How many requests of a remote store may be open, waits for the most part, each of which takes some
  /// hundred bytes.
  std::size_t open_requests = 1'000'000;
};

/// What the connections of a server share.
struct Service {
  StoreInUse store;
  ServerLimits limits;
  int stop = -1;  ///< readable once the server is to stop
  std::atomic<std::size_t> followers{0};
  /// Whatever changes something is refused.
  std::atomic<bool> is_read_only{false};
};

/// With these words.
inline constexpr std::string_view read_only_refusal =
    "the engine's control socket is read-only (`RuntimeOptions::control_socket`), so nothing can "
    "be "
    "changed by way of it";

/// Reads the request of a peer, and answers it; or serves a remote store, if the first line says that the
/// peer is one. Ends when it is answered, when the peer hangs up or is too slow, or at the stop. Throws
/// `std::runtime_error` for a remote store that sends what is no request.
void serve(model::FileDescriptor peer, Service& service);

}  // namespace duroxide::gateway
