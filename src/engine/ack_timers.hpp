#pragma once

// Timers that are due go to those who wait for them.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

class Engine;

/// Those for which there is no room are handed out again later. `engine` outlives the answer.
void ack_timers(Engine& engine, const provider::AckTimer& request, Reply<Done> reply);

}  // namespace duroxide::storage
