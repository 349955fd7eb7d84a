#pragma once

// What the recorder knows while it records. Only `recorder.cpp` and `recorded.cpp` look in here.

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "power/trace.hpp"

namespace duroxide::power::recording_state {

/// What is known of an open file.
struct Descriptor {
  FileNumber file = 0;  ///< 0 for one that is not followed
  bool writes_through = false;
  bool appends = false;
};

/// A process of these tests has few files open.
constexpr std::size_t most_descriptors = 4096;

struct State {
  std::mutex mutex;
  std::string root;
  int trace = -1;
  Position position = 0;
  FileNumber next_number = root_directory + 1;
  std::map<std::string, FileNumber> numbers;  ///< by path below the root; of the root too, as ""
  std::array<Descriptor, most_descriptors> descriptors;
  std::uint64_t changes_left = 0;  ///< until the process ends; 0 for never
};

/// Null while nothing is recorded.
extern std::atomic<State*> recording;  // NOLINT: the replaced functions have no other place

[[nodiscard]] bool is_in_range(int descriptor);

// These want the lock.

/// The path below the root, if it is there and followed. `directory` is as for `openat`.
[[nodiscard]] std::optional<std::string> below_root(const State& state, int directory,
                                                    const char* given);
[[nodiscard]] std::string directory_of(const std::string& path);
[[nodiscard]] std::string name_in(const std::string& path);

/// Writes a record and gives its position.
Position note(State& state, const Record& record);
/// Notes something that a trace has no word for.
void note_refused(State& state, const std::string& what);
/// Gives something new a number, and notes it.
FileNumber note_new(State& state, Op op, const std::string& path);
/// 0, which is noted, if it came there unseen.
[[nodiscard]] FileNumber number_of(State& state, const std::string& path);

}  // namespace duroxide::power::recording_state
