#pragma once

// Records what this process does to the files below a directory. The functions of the C library that
// change files, or bring them to the disk, are replaced in a program that links `interposed.cpp`; they
// do what they always do, and note it here if the file is one of these.
//
// The order of the trace is such that nothing is taken for durable that is not: a change is noted
// while no flush can begin, so a flush that is noted behind it has begun after it was made; and the
// return of a flush, or of a write through a descriptor with O_DSYNC, is noted before the caller knows
// of it, so before anything that follows from it.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "power/trace.hpp"

namespace duroxide::power {

/// Begins to record. What is below `root` already counts as being on the disk, and is noted first;
/// unless `known` says its numbers, from a trace that is continued. `root` is an absolute path without
/// links. One recording at a time, and no other thread may use files below `root` yet.
void start_recording(const std::filesystem::path& root, const std::filesystem::path& trace,
                     const std::map<std::string, FileNumber>& known = {});
void stop_recording();

/// Notes something that the test wants to find again.
void mark(const std::string& text);

/// Ends the process, as by SIGKILL, when it has made this many changes to files.
void die_after_changes(std::uint64_t count);

/// What the replaced functions say. Each does what it is named for and notes it.
namespace recorded {

/// Whether this is one of the files that are followed.
[[nodiscard]] bool follows(int descriptor);

int open(int directory, const char* path, int flags, unsigned int mode);
int close(int descriptor);
void duplicated(int from, int to);
/// `make` writes and gives the number of bytes; `offset` is negative for where the descriptor stands.
std::int64_t write(int descriptor, std::int64_t offset, const std::function<std::int64_t()>& make,
                   const std::function<std::string(std::size_t)>& bytes);
int resize(int descriptor, std::int64_t size);
int resize(const char* path, std::int64_t size);
/// Makes room, and the file longer if it is shorter than `end`.
int reserve(int descriptor, std::int64_t end, const std::function<int()>& make);
int flush(int descriptor, const std::function<int()>& make);
int rename(int from_directory, const char* from, int to_directory, const char* to);
int link(const char* from, const char* to);
int remove(int directory, const char* path, bool is_directory);
int make_directory(int directory, const char* path, unsigned int mode);
/// What a trace has no word for.
void refuse(int descriptor, const char* what);

}  // namespace recorded

}  // namespace duroxide::power
