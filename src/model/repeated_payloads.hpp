#pragma once

// What has a long payload several times is written with it once: where it comes again, its number stands in
// the place of its length and its bytes. Payloads are counted from 0, those alone that are written.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <duroxide/payload.hpp>

namespace duroxide::model {

/// In the place of a length: it is the number of a payload that came before. No length has this bit.
inline constexpr std::uint64_t repeats_payload = std::uint64_t{1} << 63;

/// So many bytes may be repeated in one record, and no more. So what is read is at most so much longer than
/// the record is, whoever has written it.
inline constexpr std::uint64_t most_repeated_bytes = std::uint64_t{1} << 30;

/// With so many of those before it a payload is compared, to find out whether it says the same as one: what
/// went through a user's code is another text, though it may say the same.
inline constexpr std::size_t most_compared_payloads = 16;

/// The number of the one among the last few that says the same. The very same text is found without a look
/// at what it says; two of one length are compared from their ends first, as documents of a kind begin alike.
template <class Written, class PayloadOf>
[[nodiscard]] std::optional<std::uint64_t> find_among_last(const std::vector<Written>& written,
                                                           const Payload& payload,
                                                           PayloadOf payload_of) {
  const std::size_t last_few = std::min(written.size(), most_compared_payloads);
  const auto first = written.end() - static_cast<std::ptrdiff_t>(last_few);
  const auto end_of = [](const Payload& each) {
    constexpr std::size_t some = 64;
    const std::string_view text = each.text();
    return text.substr(text.size() - std::min(text.size(), some));
  };
  auto same = std::find_if(first, written.end(), [&](const Written& each) {
    return &payload_of(each).text() == &payload.text();
  });
  if (same == written.end()) {
    same = std::find_if(first, written.end(), [&](const Written& each) {
      const Payload& other = payload_of(each);
      return other.size() == payload.size() && end_of(other) == end_of(payload) && other == payload;
    });
  }
  return same == written.end() ? std::nullopt
                               : std::optional(static_cast<std::uint64_t>(same - written.begin()));
}

/// The payloads that were written, which must outlive it.
class WrittenPayloads {
 public:
  /// `count`: how many payloads will be looked for.
  explicit WrittenPayloads(std::size_t count);

  /// Which one says the same as `payload`, and may be repeated. None: `payload` is to be written, and has
  /// the next number.
  [[nodiscard]] std::optional<std::uint64_t> find_or_add(const Payload& payload);

 private:
  [[nodiscard]] std::optional<std::uint64_t> find(const Payload& payload) const;
  void note(const Payload& payload, std::uint64_t number);

  std::vector<const Payload*> written_;
  /// By their texts, if there are more than are compared.
  std::unordered_map<const std::string*, std::uint64_t> numbers_;
  bool are_many_;
  std::uint64_t repeated_bytes_ = 0;
};

/// The payloads that were read.
class ReadPayloads {
 public:
  void add(const Payload& payload) { read_.push_back(payload); }
  /// Throws `cereal::Exception` if there is none of that number, or too much is repeated.
  [[nodiscard]] const Payload& repeated(std::uint64_t number);

 private:
  std::vector<Payload> read_;
  std::uint64_t repeated_bytes_ = 0;
};

}  // namespace duroxide::model
