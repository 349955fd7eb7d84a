#include "model/archive.hpp"

#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "model/broken_value.hpp"

namespace duroxide::model {

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t checksum_in_pieces(BytesView bytes, std::uint64_t seed) {
  if (!bytes.has_parts()) {
    return checksum(bytes.text(), seed);
  }
  XXH3_state_t state{};
  XXH3_64bits_reset_withSeed(&state, seed);
  bytes.each_piece(
      [&state](std::string_view piece) { XXH3_64bits_update(&state, piece.data(), piece.size()); });
  return XXH3_64bits_digest(&state);
}

namespace {

/// A thread keeps no more room than this to encode in, in bytes.
constexpr std::size_t most_kept_room = std::size_t{1} << 20;
/// A record of so many bytes is not copied out of its room if it fills that.
constexpr std::size_t large_record = std::size_t{16} << 10;

void put_little_endian(char* target, std::uint64_t value) {
  for (unsigned i = 0; i < sizeof(value); ++i) {
    target[i] = static_cast<char>((value >> (8U * i)) & 0xFFU);
  }
}

std::uint64_t get_little_endian(const char* source) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < sizeof(value); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(source[i])} << (8U * i);
  }
  return value;
}

}  // namespace

void seal_record(std::string& bytes, std::size_t begin, char format) {
  bytes[begin] = format;
  put_little_endian(bytes.data() + begin + 1,
                    checksum(std::string_view(bytes).substr(begin + record_header_bytes)));
}

std::string& record_room() {
  static thread_local std::string room;
  room.clear();
  return room;
}

std::string take_record(std::string& room) {
  const bool fills_room = room.size() >= large_record && room.capacity() / 5 * 4 <= room.size();
  return fills_room || room.capacity() > most_kept_room ? std::exchange(room, {}) : room;
}

SharedBytes take_shared_record(std::string& room, std::vector<SharedPart> parts, std::size_t begin,
                               char format) {
  if (parts.empty()) {
    seal_record(room, begin, format);
    return take_record(room);
  }
  SharedBytes record(take_record(room), std::move(parts));
  const BytesView archive = BytesView(record).behind(begin + record_header_bytes);
  const std::uint64_t sum = checksum_in_pieces(archive);
  std::string& text = record.changeable_text();
  text[begin] = format;
  put_little_endian(text.data() + begin + 1, sum);
  return record;
}

Checked check_record(BytesView bytes, char last_format) {
  const std::string_view head = bytes.head();
  if (const auto problem = broken_value_problem(head)) {
    return flaw(std::string(*problem));
  }
  if (head.size() < record_header_bytes) {
    return flaw("the record is cut short: " + std::to_string(bytes.size()) + " bytes");
  }
  if (head[0] < record_format || head[0] > last_format) {
    return flaw(
        "the record has format " + std::to_string(static_cast<unsigned char>(head[0])) +
        ", this release reads format " + std::to_string(record_format) +
        (last_format > record_format ? " to " + std::to_string(last_format) : std::string()));
  }
  if (!bytes.has_parts() &&
      get_little_endian(head.data() + 1) != checksum(head.substr(record_header_bytes))) {
    return flaw("the record's checksum does not fit its " + std::to_string(bytes.size()) +
                " bytes");
  }
  return {};
}

}  // namespace duroxide::model
