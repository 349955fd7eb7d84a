#include "model/archive.hpp"

#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "model/broken_value.hpp"

namespace duroxide::model {

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
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

void seal_record(std::string& bytes, std::size_t begin) {
  bytes[begin] = record_format;
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

Checked check_record(std::string_view bytes) {
  if (const auto problem = broken_value_problem(bytes)) {
    return flaw(std::string(*problem));
  }
  if (bytes.size() < record_header_bytes) {
    return flaw("the record is cut short: " + std::to_string(bytes.size()) + " bytes");
  }
  if (bytes[0] != record_format) {
    return flaw("the record has format " + std::to_string(static_cast<unsigned char>(bytes[0])) +
                ", this release reads format " + std::to_string(record_format));
  }
  if (get_little_endian(bytes.data() + 1) != checksum(bytes.substr(record_header_bytes))) {
    return flaw("the record's checksum does not fit its " + std::to_string(bytes.size()) +
                " bytes");
  }
  return {};
}

}  // namespace duroxide::model
