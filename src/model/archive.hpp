#pragma once

// The one way from a value to stored bytes and back. A record is a format byte, a checksum of the
// rest, and cereal's portable binary archive (little endian, with a version number in front of every
// structure that declares one), which record_writer.hpp writes. The checksum is tested first;
// record_reader.hpp reads the rest, and does not trust it either. What is encoded for the tables of a store
// has a long payload once, however often it comes; only a record in which one comes again has the second
// format. What goes to others, to another process or to a database, never has it.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/result.hpp>

#include "model/flaw.hpp"
#include "model/record_reader.hpp"
#include "model/record_writer.hpp"
#include "model/shared_bytes.hpp"

namespace duroxide::model {

inline constexpr char record_format = 1;
/// As the other, and it may refer to payloads that it has already (`model/repeated_payloads.hpp`).
inline constexpr char record_format_with_repeats = 2;
/// What a store gives for a value whose own checksum, over key and value, does not fit begins so. No
/// record does.
inline constexpr char broken_seal = '\xd5';
inline constexpr const char* broken_seal_problem =
    "the checksum of the value does not fit: it was damaged, or belongs to another key";

inline constexpr std::size_t record_header_bytes = 1 + sizeof(std::uint64_t);

[[nodiscard]] std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

/// As `checksum` of the whole.
[[nodiscard]] std::uint64_t checksum_in_pieces(BytesView bytes, std::uint64_t seed = 0);

/// Writes the header of the record that lies from `begin` to the end of `bytes`, whose first
/// `record_header_bytes` were left free.
void seal_record(std::string& bytes, std::size_t begin = 0, char format = record_format);

/// Checks the header: whether `bytes` is a whole record of a format up to `last_format`. Where payloads are
/// shared the checksum is not looked at: this process has made such bytes, or they lay in a commit of the
/// log, whose own checksum covers them.
[[nodiscard]] Checked check_record(BytesView bytes, char last_format = record_format);

/// Appends the record of `value`.
template <class T>
void append_record(std::string& bytes, const T& value) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + record_header_bytes);
  RecordWriter writer(bytes, IsPlain<T>::holds(value));
  writer(value);
  seal_record(bytes, begin);
}

/// An empty string, the same again and again for this thread, so that a record of any length takes
/// memory once: for as many bytes as it has, when it is copied from there.
[[nodiscard]] std::string& record_room();
/// What was put into the `record_room`, which may have to take memory anew after that.
[[nodiscard]] std::string take_record(std::string& room);

template <class T>
[[nodiscard]] std::string encode(const T& value) {
  std::string& room = record_room();
  append_record(room, value);
  return take_record(room);
}

/// What was put into the `record_room`, with these payloads in it: a record lies there from `begin` to
/// the end, and is sealed.
[[nodiscard]] SharedBytes take_shared_record(std::string& room, std::vector<SharedPart> parts,
                                             std::size_t begin, char format);

/// As `encode`, with long payloads that are shared and not copied, each of them once; for `decode_shared`.
/// `in_front`: bytes to stand in front of the record.
template <class T>
[[nodiscard]] SharedBytes encode_shared(const T& value, std::string_view in_front = {}) {
  std::string& room = record_room();
  room.append(in_front);
  const std::size_t begin = room.size();
  room.resize(begin + record_header_bytes);
  std::vector<SharedPart> parts;
  RecordWriter writer(room, IsPlain<T>::holds(value), &parts);
  writer(value);
  return take_shared_record(room, std::move(parts), begin,
                            writer.repeats() ? record_format_with_repeats : record_format);
}

/// Reads a record of a format up to `last_format`.
template <class T>
[[nodiscard]] Result<T, Flaw> decode_up_to(char last_format, BytesView bytes) {
  if (auto whole = check_record(bytes, last_format); !whole) {
    return failure(std::move(whole).error());
  }
  try {
    RecordReader reader(bytes.behind(record_header_bytes),
                        bytes.head().front() == record_format_with_repeats);
    T value{};
    reader(value);
    if (reader.left() > 0) {
      // A later release has written more than this one knows.
      return flaw("the record cannot be decoded: " + std::to_string(reader.left()) +
                  " bytes are left over");
    }
    return value;
  } catch (const std::exception& error) {
    return flaw(std::string("the record cannot be decoded: ") + error.what());
  }
}

template <class T>
[[nodiscard]] Result<T, Flaw> decode(std::string_view bytes) {
  return decode_up_to<T>(record_format, bytes);
}

/// As `decode`, of what may be from `encode_shared`. Payloads that are shared in `bytes` are shared with it.
template <class T>
[[nodiscard]] Result<T, Flaw> decode_shared(BytesView bytes) {
  return decode_up_to<T>(record_format_with_repeats, bytes);
}

}  // namespace duroxide::model
