#pragma once

#include <cstdint>

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

class Engine;

/// What of an instance is in quarantine, and what waits for want of something. Answered with how many
/// things that were.
void release_from_quarantine(Engine& engine, const provider::ReleaseFromQuarantine& request,
                             Reply<provider::Answer<std::uint64_t>> reply);

}  // namespace duroxide::storage
