#pragma once

// Lets calls of the operating system fail in this process: the functions of the C library are replaced
// in a program that links `interposed.cpp`, and do what they always do unless they are told otherwise.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace duroxide::faults {

/// What can be made to fail. One word stands for all functions of a kind: `write` for `pwrite` too.
enum class Call : std::uint8_t {
  open,
  read,      ///< of anything but the log
  read_log,  ///< of a store
  write,
  write_header,  ///< into one of the first two pages of a file, where LMDB says which state is valid
  flush,
  resize,
  reserve,
  map,
  rename,
  remove,
};
inline constexpr std::size_t call_count = 11;
[[nodiscard]] std::string_view name_of(Call call);

inline constexpr std::uint64_t for_ever = ~std::uint64_t{0} / 2;

/// Which of the calls fails, and how.
struct Failure {
  Call call = Call::write;
  /// An `errno`, or `half_done`.
  int code = 0;
  /// 1 for the next call of its kind.
  std::uint64_t number = 1;
  /// So many in a row.
  std::uint64_t times = 1;
};
/// Not an error: a write that writes half of what it was given, and says so.
inline constexpr int half_done = -1;

/// From now on calls that touch what is below `root` are counted. An absolute path without links.
void watch(const std::filesystem::path& root);
/// Of those that are counted from now on, this one fails.
void fail(const Failure& failure);
/// All work again.
void fail_no_more();
/// How many calls have been counted.
[[nodiscard]] std::uint64_t calls_made(Call call);
/// How many have failed.
[[nodiscard]] std::uint64_t calls_failed();

/// Adds to what the system's clock says, in this process.
void set_clock_forward(std::chrono::nanoseconds by);

/// What the replaced functions ask.
namespace asked {

/// 0, or how this call is to fail.
[[nodiscard]] int of_file(Call call, int descriptor);
/// `offset` is negative for where the descriptor stands.
[[nodiscard]] int of_write(int descriptor, std::int64_t offset);
[[nodiscard]] int of_path(Call call, const char* path);
/// What is added to the system's clock, in nanoseconds.
[[nodiscard]] std::int64_t clock_offset();

}  // namespace asked

}  // namespace duroxide::faults
