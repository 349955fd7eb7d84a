#pragma once

// What happened to the files below a directory, in order: the trace from which is rebuilt what a loss
// of power could have left at any moment.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace duroxide::power {

/// Files and directories are known by numbers, which are never given twice in a trace.
using FileNumber = std::uint64_t;
inline constexpr FileNumber root_directory = 1;

/// The place of a record in its trace, from 0. A flush reaches what stands before its beginning.
using Position = std::uint64_t;

enum class Op : std::uint8_t {
  make_file,       ///< `name` in directory `file` is the new, empty file `other`
  make_directory,  ///< likewise, a directory
  link,            ///< `name` in directory `file` is `other` as well
  rename,          ///< in directory `file`, `name` becomes `new_name`
  remove,          ///< `name` in directory `file` is gone
  write,           ///< `bytes` of file `file` from `offset` on
  resize,          ///< file `file` is `offset` bytes long now
  /// A flush of `file` begins. It does nothing until it has returned, and then reaches what stands
  /// before its beginning.
  flush_begins,
  flush_returns,    ///< `offset`: the position of its beginning
  written_through,  ///< the write at position `offset` is on the disk; earlier ones may not be
  mark,             ///< `bytes` is what the program wished to note
  /// Something was done that a trace cannot tell of, or the disk has failed; `bytes` says what.
  unsupported,
};

struct Record {
  Op op = Op::mark;
  FileNumber file = 0;
  FileNumber other = 0;
  std::uint64_t offset = 0;
  std::string name;
  std::string new_name;
  std::string bytes;
};

using Trace = std::vector<Record>;

/// The form of a record in the file of a trace.
[[nodiscard]] std::string encode(const Record& record);

/// Reads the file of a trace. What a killed process has left of its last record is not looked at.
[[nodiscard]] Trace read_trace(const std::filesystem::path& file);

/// The mark behind what was there already when the recording began.
inline constexpr const char* recording_begins = "recording begins";

/// For a mark of several fields, each of any bytes but 0x1f.
[[nodiscard]] std::string join(const std::vector<std::string>& fields);
[[nodiscard]] std::vector<std::string> split(std::string_view mark);

}  // namespace duroxide::power
