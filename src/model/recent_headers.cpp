#include "model/recent_headers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "model/recent_table.hpp"

namespace duroxide::model {

namespace {

struct Remembered {
  std::string encoded;
  Headers headers;
};

/// Asked for each activity: so it looks at 16 bytes, near the end, where values stand that tell instances apart.
std::uint64_t digest_of(std::string_view encoded) {
  std::array<std::uint64_t, 2> sample{};
  const std::size_t size = std::min(encoded.size(), sizeof(sample));
  std::memcpy(sample.data(), encoded.data() + encoded.size() - size, size);
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;  // spreads all bits to the highest
  return ((sample[0] ^ sample[1] * odd) * odd) >> 32U;
}

void append_number(std::string& bytes, std::uint64_t number) {
  std::array<char, sizeof(number)> own;
  std::memcpy(own.data(), &number, own.size());  // little-endian, as the machine
  bytes.append(own.data(), own.size());
}

void append_text(std::string& bytes, std::string_view text) {
  append_number(bytes, text.size());
  bytes.append(text);
}

/// Goes through headers as they are laid out.
class Walk {
 public:
  explicit Walk(std::string_view record) : record_(record) {}

  [[nodiscard]] std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    if (left() < sizeof(value)) {
      return std::nullopt;
    }
    std::memcpy(&value, record_.data() + at_, sizeof(value));
    at_ += sizeof(value);
    return value;
  }
  [[nodiscard]] std::optional<std::string_view> text() {
    const auto size = number();
    if (!size || *size > left()) {
      return std::nullopt;
    }
    const std::string_view taken = record_.substr(at_, static_cast<std::size_t>(*size));
    at_ += taken.size();
    return taken;
  }
  [[nodiscard]] std::string_view gone_through() const { return record_.substr(0, at_); }

 private:
  [[nodiscard]] std::size_t left() const { return record_.size() - at_; }

  std::string_view record_;
  std::size_t at_ = 0;
};

/// Those that this begins with; none if it begins with no headers.
std::optional<std::string_view> headers_in_front(std::string_view record) {
  Walk walk(record);
  const auto count = walk.number();
  if (!count || *count > Headers::max_entries) {
    return std::nullopt;
  }
  for (std::uint64_t i = 0; i < 2 * *count; ++i) {
    if (!walk.text()) {
      return std::nullopt;
    }
  }
  return walk.gone_through();
}

/// Of what `headers_in_front` has found.
Result<Headers, Flaw> decoded(std::string_view encoded) {
  Walk walk(encoded);
  const std::uint64_t count = *walk.number();
  Headers headers;
  std::string_view last;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view name = *walk.text();
    if (i > 0 && name <= last) {
      return flaw("the headers are not in the order of their names");
    }
    headers.set(name, *walk.text());
    last = name;
  }
  if (auto problem = headers.problem()) {
    return flaw(std::move(*problem));
  }
  return headers;
}

}  // namespace

Result<ReadHeaders, Flaw> read_headers(std::string_view record) {
  // Lengths stand in front, so no other headers begin with all the bytes of these.
  static thread_local const Remembered* last = nullptr;
  if (last != nullptr && record.starts_with(last->encoded)) {
    return ReadHeaders{last->headers, last->encoded.size()};
  }
  const auto encoded = headers_in_front(record);
  if (!encoded) {
    return flaw("the headers do not fit the " + std::to_string(record.size()) +
                " bytes that are left, or there are more than " +
                std::to_string(Headers::max_entries));
  }
  if (encoded->size() == sizeof(std::uint64_t)) {
    return ReadHeaders{{}, encoded->size()};
  }
  static thread_local RecentTable<Remembered> recent;
  const auto [known, is_it] = recent.find(
      digest_of(*encoded), [&](const Remembered& each) { return each.encoded == *encoded; });
  if (!is_it) {
    auto headers = decoded(*encoded);
    if (!headers) {
      return failure(std::move(headers).error());
    }
    known = {std::string(*encoded), std::move(*headers)};
  }
  last = &known;
  return ReadHeaders{known.headers, known.encoded.size()};
}

std::uint64_t digest_of_place(const Headers& headers) {
  constexpr std::uintptr_t apart = 32;  // so far at least lie two from each other
  return reinterpret_cast<std::uintptr_t>(headers.begin()) / apart;
}

std::string_view encoded_headers(const Headers& headers) {
  static constexpr std::array<char, sizeof(std::uint64_t)> none{};
  if (headers.empty()) {
    return {none.data(), none.size()};
  }
  // They are known by where they lie: none that is remembered can lie where another has.
  static thread_local RecentTable<Remembered> recent;
  const auto [known, is_it] = recent.find(digest_of_place(headers), [&](const Remembered& each) {
    return each.headers.begin() == headers.begin();
  });
  if (!is_it) {
    known.headers = {};
    known.encoded.clear();
    append_number(known.encoded, headers.size());
    for (const auto& [name, value] : headers) {
      append_text(known.encoded, name);
      append_text(known.encoded, value);
    }
    known.headers = headers;  // last: what was not written whole is not known
  }
  return known.encoded;
}

}  // namespace duroxide::model
