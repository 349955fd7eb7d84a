#pragma once

#include <memory>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// The store for one thread of the background, which pauses between its snapshots so as not to slow
/// the writer; see `Pace`. Everything that may last takes a new snapshot now and then.
[[nodiscard]] std::shared_ptr<KvStore> make_paced(std::shared_ptr<KvStore> store);

}  // namespace duroxide::storage
