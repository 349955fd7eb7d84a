#pragma once

#include <memory>

#include "protocol/committed_reads.hpp"
#include "storage/common.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// What `function` sees of a store when it is asked for.
template <class T, class Request>
[[nodiscard]] provider::Answer<T> seen(KvStore& store, const char* operation,
                                       const Request& request,
                                       T (*function)(const ReadView&, const Request&)) {
  return answer_of<T>(operation, [&] { return function(*store.snapshot(), request); });
}

/// Spawns an ordinary actor that answers off snapshots of the store. Once that is closed, it answers with
/// `closed`. Whoever spawns it ends it.
[[nodiscard]] CommittedReads spawn_committed_reader(caf::actor_system& system,
                                                    std::shared_ptr<KvStore> store);

}  // namespace duroxide::storage
