#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include <duroxide/detail/api.hpp>
#include <duroxide/durability.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/payload_codec.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of `LmdbProvider::open`. Setters chain: `LmdbOptions().durability(Durability::none)`.
class DUROXIDE_API LmdbOptions {
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
  /// What is committed goes to a log, and from there into the database, which is called a checkpoint
  /// and happens in the background: once the log holds about so many bytes that the database does not.
  /// After a crash an opening reads as much. Default 2 MiB, at least 4 KiB.
  LmdbOptions& checkpoint_size(std::uint64_t bytes) {
    checkpoint_size_ = bytes;
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
  /// Whether the engine counts and measures what it does, which `ManagementClient::metrics` shows: see
  /// *Metrics* in the guide. What can be read from the store itself is shown in any case. Default: yes.
  LmdbOptions& metrics(bool value) {
    metrics_ = value;
    return *this;
  }

  /// What payloads go through on their way to the disk and back. Default: none. A store that has had one
  /// is opened with it from then on; one that had none keeps its records as they are, and encodes what
  /// is written from now on.
  LmdbOptions& payload_codec(std::shared_ptr<const PayloadCodec> value) {
    payload_codec_ = std::move(value);
    return *this;
  }

  [[nodiscard]] Durability durability() const { return durability_; }
  [[nodiscard]] std::uint64_t map_size() const { return map_size_; }
  [[nodiscard]] std::uint64_t checkpoint_size() const { return checkpoint_size_; }
  [[nodiscard]] const std::shared_ptr<Clock>& clock() const { return clock_; }
  [[nodiscard]] const std::optional<ActorSystem>& actor_system() const { return actor_system_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }
  [[nodiscard]] bool metrics() const { return metrics_; }
  [[nodiscard]] const std::shared_ptr<const PayloadCodec>& payload_codec() const {
    return payload_codec_;
  }

 private:
  Durability durability_ = Durability::full;
  std::uint64_t map_size_ = std::uint64_t{64} << 30;
  std::uint64_t checkpoint_size_ = std::uint64_t{2} << 20;
  std::shared_ptr<Clock> clock_;
  std::optional<ActorSystem> actor_system_;
  LogSink log_sink_;
  bool metrics_ = true;
  std::shared_ptr<const PayloadCodec> payload_codec_;
};

/// The default store: an LMDB database and the log in front of it, in a directory of their own.
class DUROXIDE_API LmdbProvider {
 public:
  /// Opens the store in `directory`, making both if they do not exist. One process at a time owns a
  /// store, through one open handle.
  ///
  /// What it makes is its owner's alone: files of mode 0600 in directories of mode 0700, whatever the
  /// umask, and with the names on the disk before this returns. No link is followed: neither one in
  /// the place of a file (`permission_denied`) nor the directory itself, unless its path ends with a
  /// `/`. Files of other users, and files with a second name, are `permission_denied`, and what is no
  /// file is `foreign_store`. A store that others may read or write, as earlier releases made it,
  /// opens, with a warning in the log that names file, mode and the command that mends it; modes of
  /// what is there are left alone, as somebody may have meant them.
  ///
  /// A store whose payloads are encoded is `permission_denied` without its codec, with one of another
  /// name, and with one that has not the key under which the store was opened last.
  ///
  /// Errors, each leaving the directory as it was: `not_a_directory`, `permission_denied`,
  /// `foreign_store`, `newer_format`, `corrupt`, `in_use`, `disk_full`, `storage`. The message of
  /// `in_use` names the owner. Whoever only reads the files (`open_read_only`) is waited for, about a
  /// second; after that it is `in_use` too, and `retryable`.
  ///
  /// The pages of an existing file are checked first, for a second at most, and the rest in the
  /// background: LMDB would end the process over damage. A damaged page is `corrupt`, with file and
  /// page, as is an empty file; one that is found later is told to the log and counted in
  /// `SystemMetrics::damaged_pages`. A damaged store can be opened with `open_read_only`.
  [[nodiscard]] static Result<Store, ProviderError> open(const std::filesystem::path& directory,
                                                         const LmdbOptions& options = {});

  /// Opens a store that nobody has open, to look at it. Nothing is made or changed in its directory, and
  /// no right to write is needed. A store that has an owner, in another process or in this one, is
  /// `in_use`: ask its engine through the socket `duroxide.sock` in its directory, as the command
  /// `duroxide` does, or close it first. The message names the owner.
  ///
  /// An owner is kept out only while a read is under way, and for a moment at the opening. So between
  /// two reads there may come one: reads are refused with `in_use` until it has closed the store, and
  /// then see what it has left. Within this process, the store must be closed first.
  ///
  /// Management's reads work as ever, and so do status, values and histories. Whatever would change
  /// something is refused with `read_only`, and so is a wait for what is not decided yet, as nothing
  /// would tell of it. A `Runtime` does not start on it. Of the options, `durability`, `map_size` and
  /// `checkpoint_size` mean nothing here.
  ///
  /// The file is read by page, and each page is checked: a damaged store can be looked at and exported
  /// as far as its pages can be read, and what needs a damaged one is `corrupt`.
  ///
  /// Errors: `no_store` if there is none to read, also when the opening that was to make it was cut
  /// off; `read_only` if the store must be brought to this release's format first; those of `open`
  /// except `disk_full`.
  [[nodiscard]] static Result<Store, ProviderError> open_read_only(
      const std::filesystem::path& directory, const LmdbOptions& options = {});
};

}  // namespace duroxide::DUROXIDE_ABI
