#pragma once

#include <duroxide/duroxide.hpp>

#include "load/ledger.hpp"

namespace duroxide::load {

/// Registers the orchestrations of the stories, and their activities.
void register_all(Runtime& runtime, Ledger& ledger);

}  // namespace duroxide::load
