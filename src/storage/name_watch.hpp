#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <functional>
#include <optional>

#include "model/file_descriptor.hpp"

namespace duroxide::storage {

/// Says cheaply that no file in a directory was made, removed, renamed or replaced since somebody has
/// looked at those that matter: as long as nothing has happened to the directory itself, none was. One
/// system call. Used by one thread at a time.
class NameWatch {
 public:
  /// However long nothing happens to the directory, the files are looked at once in so many checks: to
  /// cut one short changes no name.
  static constexpr std::uint32_t most_unlooked = 64;

  explicit NameWatch(const std::filesystem::path& directory);

  /// Calls `look`, which throws if it does not like what it finds, unless it can be left out.
  void check(const std::function<void()>& look);

 private:
  model::FileDescriptor directory_;  ///< wherever it is moved
  /// When something last happened to it. None while more could happen within the same tick of the file
  /// system's clock, or if that is not known.
  std::optional<timespec> settled_;
  std::uint32_t unlooked_ = 0;  ///< checks since the last look
};

}  // namespace duroxide::storage
