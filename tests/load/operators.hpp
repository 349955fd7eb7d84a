#pragma once

#include <filesystem>
#include <functional>

#include <duroxide/duroxide.hpp>

#include "load/ledger.hpp"

namespace duroxide::load {

/// Looks at a store and acts on it while a load runs there: listings by pages, details, histories and
/// trees, counts, subscriptions, pauses, pruning, a backup and a verification. Each call does all of it
/// once. Throws if anything is not as it should be.
void operate(const Store& store, Ledger& ledger, const std::filesystem::path& backup);

/// Verifies a store; what is wrong goes to the ledger.
void verify(const ManagementClient& management, Ledger& ledger, const std::string& which);

/// Asks the engine that another process runs on a store, as the command `duroxide` does: for listings,
/// counts, and the details of some instances. Throws if it is not answered.
void ask_from_outside(const std::filesystem::path& store);

}  // namespace duroxide::load
