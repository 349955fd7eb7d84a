#pragma once

// What every store may rely on: whoever commits has made room for all of it before.

#include <cstdint>

#include "model/invariant.hpp"
#include "storage/kv.hpp"

namespace duroxide::testing {

/// What a commit of these changes may take (see `storage::bytes_of_change`).
[[nodiscard]] inline std::uint64_t room_of(const storage::Changes& changes) {
  std::uint64_t bytes = storage::bytes_of_commit + storage::size_of(changes);
  for (const auto& table : changes) {
    bytes += table.size() * storage::bytes_of_change;
    for (const auto& [key, change] : table) {
      bytes += change.value ? change.value->parts().size() * storage::bytes_of_part : 0;
    }
  }
  return bytes;
}

/// Ends the process as a store with a log would if room was not made for all of it.
inline void require_granted(const storage::Changes& changes, std::uint64_t granted) {
  DUROXIDE_INVARIANT(room_of(changes) <= granted, "room was made for what is committed");
}

}  // namespace duroxide::testing
