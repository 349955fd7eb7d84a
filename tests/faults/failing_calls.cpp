#include "faults/failing_calls.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace duroxide::faults {

namespace {

/// Made before anything else of the program runs: the replaced functions are called by then.
struct State {
  std::array<char, 512> root{};
  std::atomic<bool> watches{false};
  std::array<std::atomic<std::uint64_t>, call_count> made{};
  std::atomic<std::uint64_t> failed{0};
  // What fails; `code` is 0 while nothing does.
  std::atomic<Call> call{Call::open};
  std::atomic<int> code{0};
  std::atomic<std::uint64_t> first{0};
  std::atomic<std::uint64_t> last{0};
  std::atomic<std::int64_t> clock_offset{0};
};

constinit State state;  // NOLINT: the replaced functions have no other place

bool is_below_root(const char* path) {
  return std::strncmp(path, state.root.data(), std::strlen(state.root.data())) == 0;
}

int count(Call call) {
  const std::uint64_t number = ++state.made.at(static_cast<std::size_t>(call));
  const int code = state.code;
  if (code == 0 || state.call != call || number < state.first || number > state.last) {
    return 0;
  }
  ++state.failed;
  return code;
}

}  // namespace

std::string_view name_of(Call call) {
  static constexpr std::array<std::string_view, call_count> names{
      "open",    "read", "read of a log", "write", "write of a header", "flush", "resize",
      "reserve", "map",  "rename",        "remove"};
  return names.at(static_cast<std::size_t>(call));
}

void watch(const std::filesystem::path& root) {
  const std::string path = root.string();
  if (path.size() >= state.root.size()) {
    throw std::runtime_error("the path is too long: " + path);
  }
  std::memcpy(state.root.data(), path.c_str(), path.size() + 1);
  for (auto& made : state.made) {
    made = 0;
  }
  state.watches = true;
}

void fail(const Failure& failure) {
  const std::uint64_t first = calls_made(failure.call) + failure.number;
  state.code = 0;
  state.call = failure.call;
  state.first = first;
  state.last = first + failure.times - 1;
  state.code = failure.code;
}

void fail_no_more() {
  state.code = 0;
}

std::uint64_t calls_made(Call call) {
  return state.made.at(static_cast<std::size_t>(call));
}

std::uint64_t calls_failed() {
  return state.failed;
}

void set_clock_forward(std::chrono::nanoseconds by) {
  state.clock_offset += by.count();
}

namespace asked {

int of_path(Call call, const char* path) {
  return state.watches && is_below_root(path) ? count(call) : 0;
}

int of_write(int descriptor, std::int64_t offset) {
  constexpr std::int64_t headers = 8192;
  return of_file(offset >= 0 && offset < headers ? Call::write_header : Call::write, descriptor);
}

namespace {

/// Only a database has such headers, and what is read of a log is counted apart.
Call as_it_is_called(Call call, std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (call == Call::write_header && !name.starts_with("data.mdb")) {
    return Call::write;
  }
  return call == Call::read && name.starts_with("duroxide.log.") ? Call::read_log : call;
}

}  // namespace

int of_file(Call call, int descriptor) {
  if (!state.watches || descriptor < 0) {
    return 0;
  }
  const int error = errno;
  std::array<char, 64> link{};
  std::array<char, 1024> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const long length =
      ::syscall(SYS_readlinkat, AT_FDCWD, link.data(), path.data(), path.size() - 1);
  errno = error;
  return length > 0 && is_below_root(path.data()) ? count(as_it_is_called(call, path.data())) : 0;
}

std::int64_t clock_offset() {
  return state.clock_offset;
}

}  // namespace asked

}  // namespace duroxide::faults
