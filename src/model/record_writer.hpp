#pragma once

// Writes what cereal's portable binary archive would, byte for byte, to the end of a string. cereal's own
// writer needs a stream, and takes a lock and memory for each structure whose version it writes.

#include <array>
#include <atomic>
#include <bit>
#include <bitset>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include <cereal/cereal.hpp>

#include <duroxide/payload.hpp>

#include "model/invariant.hpp"
#include "model/shared_bytes.hpp"

namespace duroxide::model {

static_assert(std::endian::native == std::endian::little,
              "numbers of records are written as they lie in memory, and marked as little-endian");

/// The layout of a structure without what few have, headers say. A record holds the version of each
/// structure once, for all of that kind in it; so it is plain as a whole, or not at all. Then what few
/// need takes no room where nobody needs it, and an earlier release reads it.
template <class Structure>
struct PlainLayout {
  [[nodiscard]] static std::uint32_t version() {
    return cereal::detail::Version<Structure>::version;
  }
};

/// Whether a record of that value can be plain. Of a type that is never asked it does not matter.
template <class Value>
struct IsPlain {
  [[nodiscard]] static bool holds(const Value& /*value*/) { return false; }
};

/// An archive of cereal's.
class RecordWriter : public cereal::OutputArchive<RecordWriter, cereal::AllowEmptyClassElision> {
 public:
  /// `target` must outlive the writer. What is in it stays, and gets the mark of little-endian numbers
  /// behind it.
  /// `is_plain`: nothing in the record needs more than the plain layouts. `parts`: if it is given, it is
  /// empty, and gets the long payloads, which are then not in `target`; see `SharedBytes`.
  explicit RecordWriter(std::string& target, bool is_plain = false,
                        std::vector<SharedPart>* parts = nullptr)
      : OutputArchive(this), target_(target), is_plain_(is_plain), parts_(parts) {
    number(std::uint8_t{1});
  }

  template <std::integral T>
  void number(T value) {
    std::array<char, sizeof(T)> bytes;
    std::memcpy(bytes.data(), &value, sizeof(T));  // little-endian, as the machine
    target_.append(bytes.data(), bytes.size());
  }

  void copy(const void* source, std::size_t size) {
    if (size > 0) {
      target_.append(static_cast<const char*>(source), size);
    }
  }

  /// If parts are collected, a long payload becomes one of them, or is referred to if one of the last few
  /// says the same. Otherwise it is written in full.
  void payload(const Payload& payload) {
    if (parts_ != nullptr && payload.size() >= long_payload_bytes) {
      share(payload);
      return;
    }
    number(static_cast<cereal::size_type>(payload.size()));
    copy(payload.text().data(), payload.size());
  }
  /// Whether a payload was referred to.
  [[nodiscard]] bool repeats() const { return repeated_bytes_ > 0; }

  /// Writes the version of a structure, if none of its kind was written before. Returns it.
  template <class Structure>
  std::uint32_t version() {
    const std::uint32_t current =
        is_plain_ ? PlainLayout<Structure>::version() : cereal::detail::Version<Structure>::version;
    const std::size_t place = place_of<Structure>();
    if (!has_version_[place]) {
      has_version_.set(place);
      number(current);
    }
    return current;
  }

  static constexpr std::size_t most_structures = 256;
  /// Where a table of what is known of each structure has this one: below `most_structures`, and the same
  /// for the whole process. For any thread.
  template <class Structure>
  [[nodiscard]] static std::size_t place_of() {
    static const std::size_t place = next_place();
    return place;
  }

 private:
  static std::size_t next_place() {
    static std::atomic<std::size_t> next{0};
    const std::size_t place = next++;
    DUROXIDE_INVARIANT(place < most_structures,
                       "a record has room to note the version of each structure that there is");
    return place;
  }

  void share(const Payload& payload);

  std::string& target_;
  bool is_plain_;
  std::vector<SharedPart>* parts_;
  std::uint64_t repeated_bytes_ = 0;          ///< of the payloads that were referred to
  std::bitset<most_structures> has_version_;  ///< which were written
};

/// A structure that is stored with a version in front.
template <class T, class Archive = RecordWriter>
concept HasLayout = cereal::traits::has_non_member_versioned_serialize<T, Archive>::value;

// NOLINTBEGIN(readability-identifier-naming): the names are cereal's

template <std::integral T>
void CEREAL_SAVE_FUNCTION_NAME(RecordWriter& writer, const T& value) {
  writer.number(value);
}

template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(RecordWriter& writer, cereal::NameValuePair<T>& pair) {
  writer(pair.value);
}

template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(RecordWriter& writer, cereal::SizeTag<T>& tag) {
  writer.number(static_cast<cereal::size_type>(tag.size));
}

/// Only of bytes, as they are read.
template <class T>
requires(sizeof(std::remove_pointer_t<T>) ==
         1) void CEREAL_SAVE_FUNCTION_NAME(RecordWriter& writer,
                                           const cereal::BinaryData<T>& data) {
  writer.copy(data.data, static_cast<std::size_t>(data.size));
}

template <HasLayout T>
void CEREAL_SAVE_FUNCTION_NAME(RecordWriter& writer, const T& value) {
  // One function says how a structure is read and written, and does not change what it writes.
  serialize(writer, const_cast<T&>(value), writer.version<T>());
}

// NOLINTEND(readability-identifier-naming)

}  // namespace duroxide::model

namespace cereal {

/// Structures are written by the function above, and not as cereal would.
template <duroxide::model::HasLayout T>
struct specialize<duroxide::model::RecordWriter, T, specialization::non_member_load_save>
    : std::true_type {};

}  // namespace cereal
