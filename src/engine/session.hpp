#pragma once

#include <cstdint>

#include <duroxide/clock.hpp>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// The number of the format that this release writes, and the newest it reads.
/// 1: without a journal. 2: what was cancelled is indexed as failed, instances have no incarnation,
/// failed ones keep no messages, and values have no checksum over key and value in front.
inline constexpr std::uint64_t store_format = 3;

/// What stands under `format` in the meta table: the magic, then the number.
inline constexpr std::string_view format_magic = "duroxide";

namespace meta_keys {
inline constexpr std::string_view format = "format";
inline constexpr std::string_view session = "session";
inline constexpr std::string_view next_instance = "next_instance";
inline constexpr std::string_view open = "open";  ///< there while the store is open
/// While a store of an earlier format is taken over: the first instance that was not looked at yet.
inline constexpr std::string_view upgrade = "upgrade";
}  // namespace meta_keys

/// One opening of a store.
struct Session {
  std::uint64_t id = 1;      ///< counts the openings
  bool after_crash = false;  ///< the one before did not close the store
  Number next_instance = 1;  ///< numbers below belong to earlier sessions
  Timestamp last_created;    ///< creation times never go back

  /// Sequences and lock tokens of a session are above those of all earlier ones.
  [[nodiscard]] std::uint64_t sequence_base() const { return id << 40; }
};

/// Begins a session: one commit, which also makes an empty store one of ours. A store of an earlier
/// format is brought to this one first.
[[nodiscard]] Session open_session(KvStore& store);

/// Marks the store as closed in an orderly way, with the first number that no instance has had.
void close_session(KvStore& store, Number next_instance);

}  // namespace duroxide::storage
