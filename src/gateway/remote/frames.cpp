#include "gateway/remote/frames.hpp"

#include <array>
#include <cstdio>

#include "model/invariant.hpp"

namespace duroxide::gateway::remote {

namespace {

constexpr std::size_t length_bytes = 4;

}  // namespace

std::string first_line() {
  std::array<char, 4> digits{};
  std::snprintf(digits.data(), digits.size(), "%03u", protocol_version);
  return std::string(preamble) + digits.data();
}

bool is_first_line(std::string_view line) {
  return line.starts_with(preamble);
}

void append_number(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  }
}

std::uint64_t number_at(std::string_view bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

void append_frame(std::string& bytes, FrameKind kind, std::uint64_t number, std::string_view body) {
  const std::size_t length = frame_header_bytes - length_bytes + body.size();
  DUROXIDE_INVARIANT(length <= 0xFFFF'FFFF, "the length of a frame fits into its four bytes");
  append_number(bytes, length, length_bytes);
  bytes.push_back(static_cast<char>(kind));
  append_number(bytes, number, sizeof(number));
  bytes.append(body);
}

Result<std::optional<Frame>, model::Flaw> FrameReader::next() {
  const std::string_view left = std::string_view(unread_).substr(taken_);
  if (left.size() < length_bytes) {
    drop_taken();
    return std::optional<Frame>();
  }
  const std::size_t length = number_at(left, length_bytes);
  if (length < frame_header_bytes - length_bytes) {
    return model::flaw("a frame of " + std::to_string(length) + " bytes is too short to be one");
  }
  if (length > longest_) {
    return model::flaw("a frame of " + std::to_string(length) + " bytes is longer than " +
                       std::to_string(longest_) + ", the most that is taken");
  }
  if (left.size() < length_bytes + length) {
    drop_taken();
    return std::optional<Frame>();
  }
  const auto kind = static_cast<unsigned char>(left[length_bytes]);
  if (kind > static_cast<unsigned char>(FrameKind::progress)) {
    return model::flaw("there is no frame of kind " + std::to_string(kind));
  }
  Frame frame;
  frame.kind = static_cast<FrameKind>(kind);
  frame.number = number_at(left.substr(length_bytes + 1), sizeof(frame.number));
  frame.body = left.substr(frame_header_bytes, length + length_bytes - frame_header_bytes);
  taken_ += length_bytes + length;
  return std::optional<Frame>(std::move(frame));
}

void FrameReader::drop_taken() {
  unread_.erase(0, taken_);
  taken_ = 0;
}

}  // namespace duroxide::gateway::remote
