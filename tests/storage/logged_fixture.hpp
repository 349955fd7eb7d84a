#pragma once

// A store whose commits go to a log, with checkpoints as the test wants them.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/logged/logged_kv.hpp"
#include "support/granted_room.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::logged_test {

namespace fs = std::filesystem;
using namespace storage;
using testing::TempDir;

using Rows = std::map<std::string, std::string>;

inline constexpr Table table = Table::inbox;

inline void set(Changes& changes, const std::string& key, std::optional<std::string> value) {
  changes.at(static_cast<std::size_t>(table))[key] = Change{std::move(value), false};
}

inline Changes one_change(const std::string& key, std::optional<std::string> value) {
  Changes changes;
  set(changes, key, std::move(value));
  return changes;
}

/// As whoever has changes commits them.
inline void commit_to(LoggedKv& kv, Changes changes) {
  (void)kv.make_room(testing::room_of(changes), RoomFor::anything, [] {});
  kv.commit(std::move(changes));
}

inline Rows rows_of(const ReadView& view) {
  Rows rows;
  const auto cursor = view.cursor(table);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    rows.emplace(cursor->key(), cursor->value());
  }
  return rows;
}

inline constexpr std::uint64_t small_map = std::uint64_t{1} << 20;

inline std::unique_ptr<LmdbKv> open_tables(const fs::path& directory, Durability durability) {
  return std::make_unique<LmdbKv>(directory, durability, small_map, DirectoryLock(directory));
}

/// A checkpoint every few commits, or none at all.
inline LoggedLimits limits_with(std::uint64_t bytes_before_checkpoint) {
  LoggedLimits limits;
  limits.log.segment_bytes = std::uint64_t{64} << 10;
  limits.checkpoint_log = bytes_before_checkpoint;
  limits.checkpoint_memory = bytes_before_checkpoint;
  return limits;
}
inline constexpr std::uint64_t never = std::uint64_t{1} << 40;

struct Opened {
  explicit Opened(const fs::path& directory, std::uint64_t bytes_before_checkpoint = never,
                  Durability durability = Durability::none)
      : kv(open_tables(directory, durability), durability, limits_with(bytes_before_checkpoint)) {}
  [[nodiscard]] Rows rows() { return rows_of(*kv.snapshot()); }

  LoggedKv kv;
};

struct Fixture {
  TempDir temp{testing::quick_directory()};
  fs::path directory = temp.path() / "store";

  Fixture() { fs::create_directory(directory); }

  /// The store as a kill of this moment would leave it. No checkpoint is under way.
  [[nodiscard]] fs::path killed() const {
    auto copy = temp.path() / "killed";
    fs::remove_all(copy);
    fs::copy(directory, copy);
    fs::remove(copy / "lock.mdb");
    return copy;
  }
  /// What the tables hold by themselves, of a store that nobody has open.
  [[nodiscard]] Rows in_tables() const {
    return rows_of(*open_tables(directory, Durability::none)->snapshot());
  }
};

}  // namespace duroxide::logged_test
