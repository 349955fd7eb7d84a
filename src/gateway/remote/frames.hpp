#pragma once

// What goes between a remote store and the engine: frames, once the peer's first line has said so.
//
//   "\xd5DXR003\n"                       from the remote store, before all
//   length  kind  number  body           both ways, from then on; the first one from the engine is `hello`
//
// `length` counts what follows it, in 4 bytes; `kind` is a byte, `number` 8 bytes, all little endian. A
// number is the remote store's own for a request, and every answer has it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/result.hpp>

#include "model/flaw.hpp"

namespace duroxide::gateway::remote {

/// The first line without its version and its end. No JSON begins so, and no text in UTF-8.
inline constexpr std::string_view preamble =
    "\xd5"
    "DXR";
/// Raised when frames or the layout of a request change. Both sides must have the same.
inline constexpr unsigned protocol_version = 3;

/// The first line, without its end.
[[nodiscard]] std::string first_line();
[[nodiscard]] bool is_first_line(std::string_view line);

/// What is left free beside the longest body, in bytes: more than the head of any frame takes.
inline constexpr std::size_t room_for_head = std::size_t{1} << 10;
/// Of the body of a request, in bytes; an engine takes 128 MiB with the head. Longer ones are refused where
/// they are made: an engine cuts off who sends one, and with it all else that is asked.
inline constexpr std::size_t longest_request = (std::size_t{128} << 20) - room_for_head;
/// Of the body of an answer, in bytes. Longer ones are refused where they are made.
inline constexpr std::size_t longest_answer = std::size_t{1} << 30;

enum class FrameKind : std::uint8_t {
  request,   ///< which one, in 2 bytes, and its record
  stop,      ///< a wait is taken back, or a long operation is to end
  hello,     ///< empty, or why this peer is not served
  answer,    ///< the record of a `Reply`
  progress,  ///< how far a long operation is: two numbers of 8 bytes
};

struct Frame {
  FrameKind kind = FrameKind::hello;
  std::uint64_t number = 0;
  std::string body;
};

/// Of a frame, before its body.
inline constexpr std::size_t frame_header_bytes = 4 + 1 + 8;
static_assert(frame_header_bytes <= room_for_head);

/// Appends a frame. The body is shorter than 4 GiB.
void append_frame(std::string& bytes, FrameKind kind, std::uint64_t number, std::string_view body);

void append_number(std::string& bytes, std::uint64_t value, std::size_t size);
[[nodiscard]] std::uint64_t number_at(std::string_view bytes, std::size_t size);

/// Takes frames from bytes as they come. Room is made for bytes that have come, not for a length that was
/// told.
class FrameReader {
 public:
  /// `longest` counts the bytes behind the length of a frame.
  explicit FrameReader(std::size_t longest, std::string unread = {})
      : longest_(longest), unread_(std::move(unread)) {}

  void add(std::string_view bytes) { unread_.append(bytes); }
  /// The next frame; none if more bytes must come first. A flaw for what is no frame: then nothing that
  /// follows means anything.
  [[nodiscard]] Result<std::optional<Frame>, model::Flaw> next();

 private:
  void drop_taken();

  std::size_t longest_;
  std::string unread_;
  std::size_t taken_ = 0;  ///< of `unread_`
};

}  // namespace duroxide::gateway::remote
