#pragma once

// The keys under which an instance was sent events: an event that comes again under the same key is known
// by it, whatever has become of the first. Rows of the table `event_keys`:
//
//   number, `k`, key    digest of the event
//   number, `s`, slot   the key that stands there; each new one takes the place of the oldest
//   number, `n`         how many keys there have been

#include <cstdint>
#include <string>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

[[nodiscard]] std::string event_key_row(Number number, const std::string& key);
[[nodiscard]] std::string event_key_slot(Number number, std::uint64_t slot);
[[nodiscard]] std::string event_key_count(Number number);

/// Whether the instance was sent this very event under this key. Throws if it was another one, and if
/// the key is none.
[[nodiscard]] bool was_sent(Transaction& transaction, Number number,
                            const work::ExternalRaised& event, const std::string& key);

/// The event is accepted. If the instance has `EngineOptions::most_event_keys`, the oldest is forgotten.
void remember_key(Transaction& transaction, Number number, const work::ExternalRaised& event,
                  const std::string& key);

}  // namespace duroxide::storage
