#pragma once

// The one way from a value to stored bytes and back. A record is a format byte, a checksum of the
// rest, and cereal's portable binary archive (little endian, with a version number in front of every
// structure that declares one). The checksum is tested first; record_reader.hpp reads the rest, and
// does not trust it either.

#include <cstdint>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>

#include <cereal/archives/portable_binary.hpp>

#include <duroxide/result.hpp>

#include "model/flaw.hpp"
#include "model/record_reader.hpp"

namespace duroxide::model {

inline constexpr char record_format = 1;
/// What a store gives for a value whose own checksum, over key and value, does not fit begins so. No
/// record does.
inline constexpr char broken_seal = '\xd5';
inline constexpr const char* broken_seal_problem =
    "the checksum of the value does not fit: it was damaged, or belongs to another key";

inline constexpr std::size_t record_header_bytes = 1 + sizeof(std::uint64_t);

/// Appends what is written to it to a string, without a stringstream's copies.
class StringSink final : public std::streambuf {
 public:
  explicit StringSink(std::string& target) : target_(target) {}

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    target_.append(bytes, static_cast<std::size_t>(count));
    return count;
  }
  int_type overflow(int_type byte) override {
    target_.push_back(traits_type::to_char_type(byte));
    return byte;
  }

 private:
  std::string& target_;
};

[[nodiscard]] std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

/// Puts the header in front of `record`, whose first `record_header_bytes` were left free.
void seal_record(std::string& record);

/// Checks the header: whether `bytes` is a whole record of this format.
[[nodiscard]] Checked check_record(std::string_view bytes);

template <class T>
[[nodiscard]] std::string encode(const T& value) {
  std::string record(record_header_bytes, '\0');
  {
    StringSink sink(record);
    std::ostream out(&sink);
    cereal::PortableBinaryOutputArchive archive(
        out, cereal::PortableBinaryOutputArchive::Options::LittleEndian());
    archive(value);
  }
  seal_record(record);
  return record;
}

template <class T>
[[nodiscard]] Result<T, Flaw> decode(std::string_view bytes) {
  if (auto whole = check_record(bytes); !whole) {
    return failure(std::move(whole).error());
  }
  try {
    RecordReader reader(bytes.substr(record_header_bytes));
    T value{};
    reader(value);
    return value;
  } catch (const std::exception& error) {
    return flaw(std::string("the record cannot be decoded: ") + error.what());
  }
}

}  // namespace duroxide::model
