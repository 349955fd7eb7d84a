#pragma once

// The keys under which an instance was sent events and messages for its queues: what comes again under the
// same key is known by it, whatever has become of the first. Rows of the table `event_keys`:
//
//   number, `k`, key    digest of what was sent
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

/// Whether it is an event or a message for a queue, which alone can have a key.
[[nodiscard]] bool can_have_key(const WorkItem& message);

/// Of a message that cannot have a key, and has one.
[[noreturn]] void refuse_key();

/// Whether the instance was sent this very message under this key. Throws if it was another one, and if
/// the key is none. The message can have a key.
[[nodiscard]] bool was_sent(Transaction& transaction, Number number, const WorkItem& message,
                            const std::string& key);

/// The message is accepted. If the instance has `EngineOptions::most_event_keys`, the oldest is forgotten.
void remember_key(Transaction& transaction, Number number, const WorkItem& message,
                  const std::string& key);

}  // namespace duroxide::storage
