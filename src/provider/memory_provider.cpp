#include <duroxide/memory_provider.hpp>

#include <exception>
#include <utility>

#include "model/metrics.hpp"
#include "protocol/store_impl.hpp"
#include "provider/start_store.hpp"
#include "storage/memory/memory_kv.hpp"

namespace duroxide::DUROXIDE_ABI {

MemoryOptions::MemoryOptions()
    : clock_(system_clock()), log_sink_(stderr_log_sink(LogLevel::warn)) {}

Result<Store, ProviderError> MemoryProvider::open(const MemoryOptions& options) {
  try {
    return create(options);
  } catch (const std::exception& failed) {
    return failure(storage::make_error(ProviderError::Kind::storage, "open", failed.what(), true));
  }
}

Store MemoryProvider::create(const MemoryOptions& options) {
  storage::ProviderParts parts;
  parts.store = std::make_shared<storage::MemoryKv>();
  parts.opening = storage::begin_opening(*parts.store);
  parts.clock = options.clock();
  parts.log = options.log_sink();
  parts.options.metrics = options.metrics() ? std::make_shared<model::Metrics>() : nullptr;
  return detail::start_store(
      options.actor_system() ? *options.actor_system() : ActorSystem::create(), std::move(parts));
}

}  // namespace duroxide::DUROXIDE_ABI
