#pragma once

#include <memory>
#include <optional>

#include "provider/world.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/memory/memory_kv.hpp"

namespace duroxide::testing {

/// The tables of a store, without the store.
struct Tables {
  explicit Tables(Backend backend) {
    if (backend == Backend::memory) {
      kv = std::make_shared<storage::MemoryKv>();
    } else {
      directory.emplace();
      kv = std::make_shared<storage::LmdbKv>(directory->path(), Durability::none,
                                             std::uint64_t{1} << 20,
                                             storage::DirectoryLock(directory->path()));
    }
  }
  std::optional<TempDir> directory;
  std::shared_ptr<storage::KvStore> kv;
};

}  // namespace duroxide::testing
