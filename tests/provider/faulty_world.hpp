#pragma once

#include <memory>
#include <utility>

#include "engine/opening.hpp"
#include "provider/faulty_kv.hpp"
#include "provider/start_store.hpp"
#include "provider/world.hpp"
#include "storage/format.hpp"

namespace duroxide::testing {

/// A world on tables that can be made to fail, and that outlive it: a second world on the same
/// tables is a store opened again, after a crash unless the first was closed.
class FaultyWorld {
 public:
  explicit FaultyWorld(std::shared_ptr<FaultyKv> tables = std::make_shared<FaultyKv>(),
                       storage::EngineOptions options = {}, LogSink log = {})
      : kv(std::move(tables)), world([&](ActorSystem system, std::shared_ptr<Clock> clock) {
          storage::ProviderParts parts;
          parts.store = kv;
          parts.opening = storage::begin_opening(*kv);
          parts.clock = std::move(clock);
          parts.options = options;
          parts.log = std::move(log);
          return detail::start_store(std::move(system), std::move(parts));
        }) {
    kv->commits = 0;
  }

  /// Puts the mark of an open store back after a clean end, as if there had been none.
  static void crash(std::unique_ptr<FaultyWorld>& running) {
    const auto tables = running->kv;
    running.reset();
    tables->plant(storage::Table::meta, std::string(storage::meta_keys::open), "1");
  }

  std::shared_ptr<FaultyKv> kv;
  World world;
};

}  // namespace duroxide::testing
