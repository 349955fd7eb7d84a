#pragma once

// Handing out rests while there is no room, not even for what the engine writes of itself.

#include <exception>
#include <string>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// `why`: what stands in the way.
void begin_rest(Transaction& transaction, const std::string& why);

/// Handing out was broken off by what cannot be read or written now, or for which there is no memory.
void broken_off(Transaction& transaction, const std::exception& failed);

}  // namespace duroxide::storage
