#include "model/recent_headers.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "model/archive.hpp"
#include "model/recent_table.hpp"

namespace duroxide::model {

namespace {

struct Remembered {
  std::string encoded;
  Headers headers;
};

/// Longer ones are not remembered, or a thread would keep megabytes.
constexpr std::size_t most_remembered_bytes = 1'024;

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
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < 2 * *count; ++i) {
    const auto text = walk.text();
    bytes += text ? text->size() : 0;
    // What is too much is not copied first, to be refused then.
    if (!text || bytes > Headers::max_bytes) {
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
                std::to_string(Headers::max_entries) + ", or they have more than " +
                std::to_string(Headers::max_bytes) + " bytes");
  }
  if (encoded->size() == sizeof(std::uint64_t)) {
    return ReadHeaders{{}, encoded->size()};
  }
  if (encoded->size() > most_remembered_bytes) {
    auto headers = decoded(*encoded);
    if (!headers) {
      return failure(std::move(headers).error());
    }
    return ReadHeaders{std::move(*headers), encoded->size()};
  }
  static thread_local RecentTable<Remembered> recent;
  const auto [known, is_it] = recent.find(
      checksum(*encoded), [&](const Remembered& each) { return each.encoded == *encoded; });
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
  constexpr std::uintptr_t apart = 32;  // no two arrays of entries lie nearer to each other
  return reinterpret_cast<std::uintptr_t>(headers.begin()) / apart;
}

std::string_view encoded_headers(const Headers& headers) {
  static constexpr std::array<char, sizeof(std::uint64_t)> none{};
  if (headers.empty()) {
    return {none.data(), none.size()};
  }
  // They are known by their address. The table holds a copy, so that it cannot be given to others.
  static thread_local RecentTable<Remembered> recent;
  const auto [known, is_it] = recent.find(digest_of_place(headers), [&](const Remembered& each) {
    return each.headers.begin() == headers.begin();
  });
  if (is_it) {
    return known.encoded;
  }
  static thread_local std::string written;
  written.clear();
  append_number(written, headers.size());
  for (const auto& [name, value] : headers) {
    append_text(written, name);
    append_text(written, value);
  }
  if (written.size() <= most_remembered_bytes) {
    known = {written, headers};
  }
  return written;
}

}  // namespace duroxide::model
