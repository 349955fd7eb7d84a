#pragma once

// Keys are composites of big-endian numbers, so that the order of the bytes is the order of the
// numbers and everything of one instance lies together.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/clock.hpp>

#include "storage/common.hpp"

namespace duroxide::storage {

void append_number(std::string& key, std::uint64_t number);
/// The number at `offset`; 0 if the key ends before.
[[nodiscard]] std::uint64_t number_at(std::string_view key, std::size_t offset);

/// A value that is one number; 0 if it is anything else, or damaged. For what must go on all the same.
[[nodiscard]] std::uint64_t stored_number(std::string_view value);

template <class... Numbers>
[[nodiscard]] std::string make_key(Numbers... numbers) {
  std::string key;
  key.reserve(sizeof...(numbers) * 8);
  (append_number(key, numbers), ...);
  return key;
}

/// As `make_key`, of up to four numbers and without memory of its own: to look a row up, or to erase it.
class LookupKey {
 public:
  template <class... Numbers>
  explicit LookupKey(Numbers... numbers) : size_(sizeof...(numbers) * 8) {
    static_assert(sizeof...(numbers) <= 4);
    char* place = bytes_.data();
    (put(place, numbers), ...);
  }

  operator std::string_view() const { return {bytes_.data(), size_}; }  // NOLINT: it is the key

 private:
  static void put(char*& place, std::uint64_t number) {
    for (unsigned shift = 64; shift > 0;) {
      shift -= 8;
      *place++ = static_cast<char>(number >> shift);
    }
  }

  std::array<char, 32> bytes_;
  std::size_t size_;
};

/// A row of the worker queue.
struct WorkKey {
  Number number = 0;
  std::uint64_t execution = 0;
  std::uint64_t event_id = 0;

  [[nodiscard]] std::string bytes() const { return make_key(number, execution, event_id); }
  [[nodiscard]] LookupKey lookup() const { return LookupKey(number, execution, event_id); }
  [[nodiscard]] static std::optional<WorkKey> parse(std::string_view key);

  auto operator<=>(const WorkKey&) const = default;
};

/// A row of the timer queue. `execution` 0 marks an item that is merely delayed: `id` 0 is the
/// start of the instance, any other a message.
struct TimerRow {
  Timestamp due;
  Number number = 0;
  std::uint64_t execution = 0;
  std::uint64_t id = 0;

  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] static std::optional<TimerRow> parse(std::string_view key);
  /// The same in the table `delayed`, where the rows of one instance lie together.
  [[nodiscard]] std::string delayed_bytes() const;
  [[nodiscard]] static std::optional<TimerRow> parse_delayed(std::string_view key);

  auto operator<=>(const TimerRow&) const = default;
};

/// Whoever waits for the end of an instance: a step of another one.
struct AwaitedRow {
  Number awaited = 0;
  Number reader = 0;
  std::uint64_t execution = 0;  ///< of the reader
  std::uint64_t event_id = 0;   ///< of the step

  [[nodiscard]] std::string bytes() const { return make_key(awaited, reader, execution, event_id); }
  [[nodiscard]] static std::optional<AwaitedRow> parse(std::string_view key);
};

/// A time as a number that sorts like it, before 1970 too.
[[nodiscard]] std::uint64_t sortable(Timestamp time);
[[nodiscard]] Timestamp from_sortable(std::uint64_t number);

[[nodiscard]] std::string name_prefix(std::string_view orchestration);

/// Bytes for people, as hexadecimal digits.
[[nodiscard]] std::string hex(std::string_view bytes);

}  // namespace duroxide::storage
