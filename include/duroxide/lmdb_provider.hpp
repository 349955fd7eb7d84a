#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide {

/// What a commit waits for.
enum class Durability : std::uint8_t {
  full,     ///< every commit is on the disk before anybody hears of it; nothing is ever lost
  relaxed,  ///< may lose the last commit on power loss, never consistency (LMDB's no-meta-sync)
  none,     ///< may lose or corrupt everything on power loss, nothing on a crash of the process
};

/// Options of `LmdbProvider::open`. Setters chain: `LmdbOptions().durability(Durability::none)`.
class LmdbOptions {
 public:
  LmdbOptions();

  /// Default `full`.
  LmdbOptions& durability(Durability value) {
    durability_ = value;
    return *this;
  }
  /// Address space to reserve at first, in bytes; the file grows only as it fills, and the map grows
  /// when it is full. Default 64 GiB, at least 1 MiB.
  LmdbOptions& map_size(std::uint64_t bytes) {
    map_size_ = bytes;
    return *this;
  }
  /// Default: the system's clock.
  LmdbOptions& clock(std::shared_ptr<Clock> value) {
    clock_ = std::move(value);
    return *this;
  }
  /// Default: an actor system of the store's own.
  LmdbOptions& actor_system(ActorSystem value) {
    actor_system_ = std::move(value);
    return *this;
  }
  /// Default: warnings and errors on standard error.
  LmdbOptions& log_sink(LogSink value) {
    log_sink_ = std::move(value);
    return *this;
  }

  [[nodiscard]] Durability durability() const { return durability_; }
  [[nodiscard]] std::uint64_t map_size() const { return map_size_; }
  [[nodiscard]] const std::shared_ptr<Clock>& clock() const { return clock_; }
  [[nodiscard]] const std::optional<ActorSystem>& actor_system() const { return actor_system_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }

 private:
  Durability durability_ = Durability::full;
  std::uint64_t map_size_ = std::uint64_t{64} << 30;
  std::shared_ptr<Clock> clock_;
  std::optional<ActorSystem> actor_system_;
  LogSink log_sink_;
};

/// The default store: an LMDB database in a directory of its own.
class LmdbProvider {
 public:
  /// Opens the store in `directory`, making both if they do not exist. One process at a time owns a
  /// store, through one open handle.
  ///
  /// Errors, each leaving the directory as it was: `not_a_directory`, `permission_denied`,
  /// `foreign_store`, `newer_format`, `corrupt`, `in_use` (the message names the holder),
  /// `disk_full`, `storage`.
  [[nodiscard]] static Result<Store, ProviderError> open(const std::filesystem::path& directory,
                                                         const LmdbOptions& options = {});
};

}  // namespace duroxide
