#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// Brings a store of an earlier format to this release's: what was cancelled becomes a status of its
/// own, where it was indexed as failed. It does so in commits of bounded size, each of which says how
/// far it has got; one that a crash has cut off goes on at the next opening. To be called before a
/// session begins. Throws `StorageFailure`.
void upgrade_store(KvStore& store);

/// What whoever writes this release's format over that of an earlier one must leave under
/// `meta_keys::upgrade` in the same commit, so that `upgrade_store` knows of it; none if nothing needs
/// to be done.
[[nodiscard]] std::optional<std::string> upgrade_mark(std::string_view format);

/// Whether a store must be opened by an engine before it can be read: it is of an earlier format, or
/// was left half way.
[[nodiscard]] bool needs_upgrade(const ReadView& view);

}  // namespace duroxide::storage
