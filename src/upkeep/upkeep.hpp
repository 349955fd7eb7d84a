#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <duroxide/instance_export.hpp>
#include <duroxide/management_actions.hpp>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// What keeps a store in order, on snapshots and on any thread. All throw `StorageFailure`.
class Upkeep {
 public:
  explicit Upkeep(std::shared_ptr<KvStore> store) : store_(std::move(store)) {}

  /// The same for a thread of the background, which is to leave the machine to the engine.
  [[nodiscard]] Upkeep paced() const;

  /// Everything the store keeps of one instance, as of one moment.
  [[nodiscard]] InstanceExport export_instance(const std::string& instance) const;
  /// Whether every row, index and cross-reference is what it should be.
  [[nodiscard]] VerifyReport verify(const OnProgress& on_progress) const;
  /// A copy of the store as of one moment, in a directory that is empty or not there yet.
  [[nodiscard]] BackupResult backup(const std::filesystem::path& directory,
                                    const OnProgress& on_progress) const;

 private:
  std::shared_ptr<KvStore> store_;
};

}  // namespace duroxide::storage
