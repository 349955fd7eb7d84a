#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/clock.hpp>

#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

/// One end of a connection that carries lines. Each wait ends when the other end hangs up, when time
/// is up, or when the descriptor `stop` becomes readable. Not for two threads at a time.
class LineSocket {
 public:
  enum class Outcome : std::uint8_t { done, closed, timed_out, stopped, too_long };

  /// Makes `socket` non-blocking. `stop` is not owned; -1 for none.
  LineSocket(model::FileDescriptor socket, int stop);

  /// Reads up to the end of a line, at most `most` bytes, all of them within `timeout`.
  [[nodiscard]] Outcome read_line(std::string& line, std::size_t most,
                                  std::optional<Milliseconds> timeout);

  /// Sends a line with its end. `timeout` is for the other end to take anything at all.
  [[nodiscard]] Outcome write_line(std::string_view line, std::optional<Milliseconds> timeout);

  /// Whether neither the peer has gone nor the end was asked for.
  [[nodiscard]] bool goes_on();
  /// Sends a line if there is room for it now, and otherwise leaves it out. False if the other end
  /// has hung up or a stop is asked for.
  [[nodiscard]] bool write_if_room(std::string_view line);

  /// The connection, for one that carries no lines from now on, and what has come beyond the last line.
  [[nodiscard]] std::pair<model::FileDescriptor, std::string> release() && {
    return {std::move(socket_), std::move(unread_)};
  }

  /// Waits until `file` can be read.
  [[nodiscard]] Outcome wait_until_readable(int file);

 private:
  /// Null for no end.
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  /// Waits until the socket is ready for `events`, or `file`, if it is not -1, can be read.
  [[nodiscard]] Outcome wait(short events, int file, Deadline deadline) const;
  [[nodiscard]] static Deadline deadline_of(std::optional<Milliseconds> timeout);
  /// Sends of `unsent_` what there is room for; false if the other end has hung up.
  [[nodiscard]] bool send_some();

  model::FileDescriptor socket_;
  int stop_;
  std::string unread_;
  std::string unsent_;
  std::size_t sent_ = 0;  ///< of `unsent_`
};

}  // namespace duroxide::gateway
