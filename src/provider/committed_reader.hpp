#pragma once

#include <exception>
#include <memory>

#include "protocol/committed_reads.hpp"
#include "storage/common.hpp"
#include "storage/kv.hpp"
#include "storage/logged/breakdown.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::storage {

/// What `function` sees of a store when it is asked for. Whatever it throws becomes the answer: nobody else
/// would give one.
template <class T, class Request>
[[nodiscard]] provider::Answer<T> seen(KvStore& store, const char* operation,
                                       const Request& request,
                                       T (*function)(const ReadView&, const Request&)) {
  return answer_of<T>(operation, [&] {
    try {
      return function(*store.snapshot(), request);
    } catch (const StorageFailure&) {
      throw;
    } catch (const std::exception& failed) {  // no memory, say
      throw StorageFailure(ProviderError::Kind::storage, failed.what(), true);
    }
  });
}

/// Spawns an ordinary actor that answers off snapshots of the store. Once that is closed, or has stopped as
/// `breakdown` says, it answers with `closed`: what is on the disk of a store that has stopped may be more
/// than its snapshots show. Whoever spawns it ends it.
[[nodiscard]] CommittedReads spawn_committed_reader(caf::actor_system& system,
                                                    std::shared_ptr<KvStore> store,
                                                    std::shared_ptr<const Breakdown> breakdown);

}  // namespace duroxide::storage
