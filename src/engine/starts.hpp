#pragma once

// Starts of instances.

#include <cstdint>
#include <optional>
#include <string>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// What anybody may start.
void check_start(const work::StartOrchestration& start);

/// What an instance keeps of something named that it is given, so that the same is known again. Made with
/// the store's key, if it has a codec; never 0.
[[nodiscard]] std::uint64_t content_digest(const Opening& opening, const std::string& instance,
                                           const std::string& name, const Payload& content);

/// What an instance keeps of the orchestration and the input that it is started with.
[[nodiscard]] std::uint64_t start_digest(const Opening& opening,
                                         const work::StartOrchestration& start);
/// Whether an instance that keeps this was started so. One from before the store had a codec keeps the
/// digest of then.
[[nodiscard]] bool is_start_digest(const Opening& opening, const work::StartOrchestration& start,
                                   std::uint64_t digest);

/// Its id must be free. It begins at once, or when it is due.
void create_instance(Transaction& transaction, const work::StartOrchestration& start,
                     std::optional<Timestamp> due);

/// The instance that has the id already; none if the start was accepted.
[[nodiscard]] std::optional<Number> accept_start(Transaction& transaction,
                                                 const work::StartOrchestration& start,
                                                 std::optional<Milliseconds> delay);

}  // namespace duroxide::storage
