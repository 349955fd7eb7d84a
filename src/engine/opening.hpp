#pragma once

#include <cstdint>
#include <optional>

#include <duroxide/clock.hpp>

#include "model/keyed_digest.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// One opening of a store.
struct Opening {
  std::uint64_t id = 1;      ///< counts the openings
  bool after_crash = false;  ///< the one before did not close the store
  Number next_instance = 1;  ///< numbers below belong to earlier sessions
  Timestamp last_created;    ///< creation times never go back
  /// Of a store whose payloads are encoded: what stands in the open tells nothing of them.
  std::optional<model::DigestKey> digest_key{};

  /// Sequences and lock tokens of an opening are above those of all earlier ones.
  [[nodiscard]] std::uint64_t sequence_base() const { return id << 40; }
};

/// Begins an opening: one commit, which also makes an empty store one of ours. A store of an earlier
/// format is brought to this one first.
[[nodiscard]] Opening begin_opening(KvStore& store);

/// Marks the store as closed in an orderly way, with the first number that no instance has had.
void end_opening(KvStore& store, Number next_instance);

}  // namespace duroxide::storage
