#pragma once

#include <filesystem>
#include <string>

#include <lmdb.h>
#include <sys/stat.h>

#include <duroxide/log.hpp>

#include "storage/private_files.hpp"

namespace duroxide::storage {

/// Refuses a store of which any part must not be used. Nothing need be there.
void require_store_files(const std::filesystem::path& directory, Use use);

/// Which parts of a store users other than its owner can get at, with their modes and the command
/// that mends it; empty if none.
[[nodiscard]] std::string told_exposure(const std::filesystem::path& directory);

/// Says it in a log, if there is one.
void warn_of_exposure(const std::filesystem::path& directory, const LogSink& log);

/// The files that LMDB opens by their names: fit to be used before it does, and the same afterwards.
class LmdbFiles {
 public:
  /// Makes those that are not there.
  explicit LmdbFiles(const std::filesystem::path& directory);
  /// Throws if other files were put in their places before LMDB opened them.
  void require_same(MDB_env* env) const;

 private:
  std::filesystem::path data_;
  std::filesystem::path lock_;
  struct stat lock_before_ {};
};

}  // namespace duroxide::storage
