#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/log/anchor.hpp"
#include "storage/overlay/layers.hpp"

namespace duroxide::storage {

/// What the log of a store that nobody has open holds beyond its tables. It is read once for as long as
/// its files stay as they are: a listing takes many snapshots. Safe to use from any thread.
class LogReading {
 public:
  /// `tables` with the log laid over them. Nobody owns the store as long as the snapshot lives that
  /// `tables` are of. Throws `StorageFailure`: `corrupt` if the log cannot be read.
  [[nodiscard]] std::unique_ptr<ReadView> lay_over(std::unique_ptr<ReadView> tables,
                                                   const std::filesystem::path& directory);

  /// It is read again when it is next needed.
  void forget();

 private:
  /// Tells whether the files are those that were read.
  struct Seen {
    LogPosition reached;
    std::vector<std::int64_t> files;  ///< number, inode, and time of the last change, of each

    bool operator==(const Seen&) const = default;
  };
  [[nodiscard]] static Seen look(const std::filesystem::path& directory, const LogAnchor& anchor);

  std::mutex mutex_;
  Seen seen_;
  std::optional<LayerStack> layers_;
};

}  // namespace duroxide::storage
