#pragma once

// Reads what record_writer.hpp has written, and believes nothing of it. A checksum shows
// that bytes are the ones that were written, and not that whoever wrote them was right; so a length is
// compared with what is left before room is made for it, and a flag is 0 or 1. cereal's own reader does
// neither, and looks up the version of each structure in a hash table that it makes for each record.

#include <array>
#include <bitset>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include <cereal/cereal.hpp>

#include "model/record_writer.hpp"
#include "model/repeated_payloads.hpp"

namespace duroxide::model {

/// An archive of cereal's. Throws `cereal::Exception` for bytes that no archive could hold.
class RecordReader : public cereal::InputArchive<RecordReader, cereal::AllowEmptyClassElision> {
 public:
  /// `bytes` must outlive the reader. `may_repeat`: a long payload may be referred to by its number.
  explicit RecordReader(BytesView bytes, bool may_repeat = false)
      : InputArchive(this), bytes_(bytes), left_(bytes.text()), may_repeat_(may_repeat) {
    if (number<std::uint8_t>() != 1) {
      throw cereal::Exception("its mark is not that of little-endian numbers");
    }
  }

  template <std::integral T>
  [[nodiscard]] T number() {
    std::remove_const_t<T> value{};
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));  // little-endian, as the machine
    return value;
  }

  [[nodiscard]] bool flag() {
    const auto byte = number<std::uint8_t>();
    if (byte > 1) {
      throw cereal::Exception("a flag has the value " + std::to_string(byte));
    }
    return byte == 1;
  }

  /// How many elements follow. Each takes a byte at least, so there cannot be more than bytes are left,
  /// and the room that is made for them is a small multiple of the record.
  [[nodiscard]] cereal::size_type length() {
    const auto elements = number<cereal::size_type>();
    require_left(elements);
    return elements;
  }

  void copy(void* target, std::size_t size) {
    const std::string_view bytes = take(size);
    if (size > 0) {
      std::memcpy(target, bytes.data(), size);
    }
  }

  void payload(Payload& payload) {
    const auto size = number<cereal::size_type>();
    if (may_repeat_ && (size & repeats_payload) != 0) {
      payload = read_.repeated(size & ~repeats_payload);
      return;
    }
    if (next_part_ < bytes_.parts().size() &&
        bytes_.place_of(bytes_.parts()[next_part_]) == bytes_.text().size() - left_.size()) {
      payload = bytes_.parts()[next_part_++].payload;
      if (payload.size() != size) {
        throw cereal::Exception("a payload of " + std::to_string(payload.size()) +
                                " bytes stands where one of " + std::to_string(size) +
                                " is expected");
      }
    } else {
      require_left(size);
      payload = Payload(take(size));
    }
    if (may_repeat_ && payload.size() >= long_payload_bytes) {
      read_.add(payload);
    }
  }

  /// The version of a structure, which stands in front of the first of its kind.
  template <class Structure>
  [[nodiscard]] std::uint32_t version() {
    const std::size_t place = RecordWriter::place_of<Structure>();
    if (!has_version_[place]) {
      versions_[place] = number<std::uint32_t>();
      has_version_.set(place);
    }
    return versions_[place];
  }

  /// What comes next, for those who read more than a number of it at once and then `skip` it.
  [[nodiscard]] std::string_view ahead() const { return left_; }
  void skip(std::size_t size) { (void)take(size); }

  /// How many bytes were not read yet.
  [[nodiscard]] std::size_t left() const {
    std::size_t bytes = left_.size();
    for (const SharedPart& part : bytes_.parts().subspan(next_part_)) {
      bytes += part.payload.size();
    }
    return bytes;
  }

 private:
  void require_left(cereal::size_type elements) const {
    if (elements > left_.size()) {
      throw cereal::Exception("a length of " + std::to_string(elements) + " is given where " +
                              std::to_string(left_.size()) + " bytes are left");
    }
  }

  std::string_view take(std::size_t size) {
    if (size > left_.size()) {
      throw cereal::Exception(std::to_string(size) + " bytes are expected where " +
                              std::to_string(left_.size()) + " are left");
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  BytesView bytes_;
  std::string_view left_;      ///< of those that are not shared
  std::size_t next_part_ = 0;  ///< the shared payload that comes next
  bool may_repeat_;
  ReadPayloads read_;  ///< the long ones, if they may be repeated
  /// Those that were read. The others are not set, as a reader is made for each record.
  std::array<std::uint32_t, RecordWriter::most_structures> versions_;
  std::bitset<RecordWriter::most_structures> has_version_;  ///< which were read
};

// NOLINTBEGIN(readability-identifier-naming): the names are cereal's

template <std::integral T>
void CEREAL_LOAD_FUNCTION_NAME(RecordReader& reader, T& value) {
  if constexpr (std::same_as<T, bool>) {
    value = reader.flag();
  } else {
    value = reader.number<T>();
  }
}

template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(RecordReader& reader, cereal::NameValuePair<T>& pair) {
  reader(pair.value);
}

template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(RecordReader& reader, cereal::SizeTag<T>& tag) {
  tag.size = static_cast<std::remove_reference_t<T>>(reader.length());
}

/// Only of bytes: numbers are read by `number`.
template <class T>
requires(sizeof(std::remove_pointer_t<T>) ==
         1) void CEREAL_LOAD_FUNCTION_NAME(RecordReader& reader, cereal::BinaryData<T>& data) {
  reader.copy(data.data, static_cast<std::size_t>(data.size));
}

template <class T>
requires HasLayout<T, RecordReader>
void CEREAL_LOAD_FUNCTION_NAME(RecordReader& reader, T& value) {
  serialize(reader, value, reader.version<T>());
}

// NOLINTEND(readability-identifier-naming)

}  // namespace duroxide::model

namespace cereal {

/// Structures are read by the function above, and not as cereal would.
template <class T>
requires duroxide::model::HasLayout<T, duroxide::model::RecordReader>
struct specialize<duroxide::model::RecordReader, T, specialization::non_member_load_save>
    : std::true_type {
};

}  // namespace cereal

namespace cereal::traits::detail {

/// The partner, which cereal asks for to know how an enumerator is written.
template <>
struct get_output_from_input<duroxide::model::RecordReader> {
  using type = duroxide::model::RecordWriter;
};

}  // namespace cereal::traits::detail
