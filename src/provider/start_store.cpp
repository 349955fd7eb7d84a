#include "provider/start_store.hpp"

#include <future>
#include <utility>

#include "protocol/engine_scheduler.hpp"
#include "protocol/enough_threads.hpp"
#include "protocol/store_impl.hpp"
#include "provider/management_actor.hpp"
#include "provider/read_only_provider.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

void tell(const LogSink& log, std::string message) {
  if (log) {
    LogRecord line;
    line.message = std::move(message);
    log(line);
  }
}

/// What is called when the last handle is gone: it waits until the store is closed.
template <class Provider>
std::function<void()> closing(const Provider& provider, const ManagementActor& management,
                              std::shared_ptr<std::promise<void>> closed) {
  // Waiting for it is safe on any thread but its own: if it has none of its own, another thread takes
  // over while the engine's waits here. A deterministic system runs only when its test says so.
  return [provider, management, closed = std::move(closed)] {
    caf::actor_system& system = provider.home_system();
    actors::stop(management);
    actors::stop(provider);
    if (auto* const scheduler = actors::EngineScheduler::of(system)) {
      scheduler->let_others_run([&] { closed->get_future().wait(); });
    } else if (!actors::is_deterministic(system)) {
      closed->get_future().wait();
    }
  };
}

}  // namespace

Store start_store(ActorSystem system, storage::ProviderParts parts) {
  const duroxide::actors::SpawnsFromOutside outside;
  caf::actor_system& actors = StoreAccess::system(system);
  const auto clock = parts.clock;
  const auto kv = parts.store;
  const auto log = parts.log = model::careful_sink(std::move(parts.log));
  parts.reasons = std::make_shared<storage::WaitingReasons>();
  const auto reasons = parts.reasons;

  storage::require_threads(actors, 1);
  auto closed = std::make_shared<std::promise<void>>();
  const std::string name =
      kv->directory().empty() ? "in memory" : "`" + kv->directory().string() + "`";
  if (parts.opening.after_crash) {
    tell(log, "the store " + name + " was not closed the last time, and is recovered");
  }
  parts.on_closed = [closed, log, name] {
    tell(log, "the store " + name + " is closed");
    closed->set_value();
  };
  const std::uint64_t openings = parts.opening.id;
  const auto overdue_turns = std::make_shared<OverdueTurns>();
  const auto metrics = parts.options.metrics;
  auto provider = storage::spawn_provider(actors, std::move(parts));
  auto management =
      storage::spawn_management(actors, storage::Management(kv, reasons, clock, log),
                                storage::Upkeep(kv), {overdue_turns, metrics}, provider);
  auto on_close = closing(provider, management, std::move(closed));
  auto impl = std::make_shared<StoreImpl>(std::move(system), clock, provider, management,
                                          std::move(on_close));
  impl->log = log;
  impl->overdue_turns = overdue_turns;
  impl->metrics = metrics;
  impl->last_words.emplace(log);
  tell(log, "the store " + name + " is open, for the " + std::to_string(openings) + ". time");
  return StoreAccess::make_store(std::move(impl));
}

Store start_read_only_store(ActorSystem system, std::shared_ptr<storage::KvStore> kv,
                            std::shared_ptr<Clock> clock, LogSink log) {
  const duroxide::actors::SpawnsFromOutside outside;
  caf::actor_system& actors = StoreAccess::system(system);
  storage::require_threads(actors, 1);
  auto closed = std::make_shared<std::promise<void>>();
  auto provider = storage::spawn_read_only_provider(actors, kv, [closed] { closed->set_value(); });
  auto management = storage::spawn_management(
      actors, storage::Management(kv, std::make_shared<storage::WaitingReasons>(), clock),
      storage::Upkeep(kv), {std::make_shared<OverdueTurns>(), nullptr}, provider);
  auto on_close = closing(provider, management, std::move(closed));
  auto impl = std::make_shared<StoreImpl>(std::move(system), std::move(clock), provider, management,
                                          std::move(on_close));
  impl->log = model::careful_sink(std::move(log));
  impl->last_words.emplace(impl->log);
  impl->read_only = true;
  return StoreAccess::make_store(std::move(impl));
}

}  // namespace duroxide::DUROXIDE_ABI::detail
