#pragma once

#include "storage/kv.hpp"

namespace duroxide::storage {

/// Brings a store of an earlier format to this release's: what was cancelled becomes a status of its
/// own, where it was indexed as failed. It does so in commits of bounded size, each of which says how
/// far it has got; one that a crash has cut off goes on at the next opening. To be called before a
/// session begins. Throws `StorageFailure`.
void upgrade_store(KvStore& store);

}  // namespace duroxide::storage
