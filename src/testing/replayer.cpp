#include "testing/replayer.hpp"

#include <cstddef>
#include <utility>

#include <duroxide/memory_provider.hpp>
#include <duroxide/provider.hpp>

#include "model/engine_flags.hpp"
#include "runtime/runtime_access.hpp"
#include "testing/replayed_execution.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

struct Config : caf::actor_system_config {
  Config() { actors::configure_deterministic(*this); }
};

/// Hands out all messages at the end, as a deterministic system waits for ever for actors that were not
/// told to go.
class Drained {
 public:
  explicit Drained(caf::actor_system& system) : system_(system) {}
  ~Drained() {
    actors::run_until(system_, [] { return false; });
  }
  Drained(const Drained&) = delete;
  Drained& operator=(const Drained&) = delete;

 private:
  caf::actor_system& system_;
};

std::size_t events_of(const InstanceExport& exported) {
  std::size_t events = 0;
  for (const ExportedExecution& execution : exported.executions) {
    events += execution.events.size();
  }
  return events;
}

}  // namespace

/// Whoever registers is given a runtime, which needs a store and so an actor system; neither is used.
Replayer::Replayer(const Registrations& registrations, RuntimeOptions options)
    : options_(std::move(options)) {
  Config config;
  caf::actor_system system(config);
  const Drained drained(system);
  Runtime runtime(MemoryProvider::create(MemoryOptions().actor_system(use_actor_system(system))));
  registrations(runtime);
  orchestrations_ = duroxide::detail::RuntimeAccess::orchestrations(runtime);
  if (const auto checked = duroxide::detail::RuntimeAccess::check_registrations(runtime);
      !checked) {
    mistakes_ = checked.error().message;
  }
}

void Replayer::replay(const InstanceExport& exported) {
  ++report_.instances_;
  report_.executions_ += exported.executions.size();
  report_.events_ += events_of(exported);
  for (const ExportedExecution& execution : exported.executions) {
    if (auto found = replay(exported, execution)) {
      report_.divergences_.push_back(std::move(*found));
    }
  }
}

std::optional<Divergence> Replayer::replay(const InstanceExport& exported,
                                           const ExportedExecution& execution) const {
  if (execution.events.empty()) {
    return std::nullopt;  // it has not begun
  }
  Divergence divergence;
  divergence.instance = exported.instance_id;
  divergence.execution_id = execution.execution_id;
  divergence.orchestration = exported.orchestration_name;
  divergence.version = execution.version;
  if (const auto* started =
          std::get_if<event::OrchestrationStarted>(&execution.events.front().kind)) {
    divergence.orchestration = started->name;
    divergence.version = started->version;
    if (started->version.empty()) {
      return std::nullopt;  // it was ended before its code was looked for
    }
    if (const auto unknown = model::unknown_engine_flags(started->engine_flags); unknown != 0) {
      divergence.attempted = "it was begun by a newer release of the engine (flags " +
                             std::to_string(unknown) +
                             "); replay it with a program that is built with that";
      return divergence;
    }
  }
  if (mistakes_) {
    divergence.attempted = *mistakes_;
    return divergence;
  }
  const auto found = orchestrations_.resolve(divergence.orchestration, divergence.version);
  if (!found) {
    divergence.attempted = found.error().what + " is not registered; " + found.error().registered;
    return divergence;
  }
  auto parting = replay_execution({exported.instance_id, execution.execution_id,
                                   divergence.orchestration, divergence.version, found->handler},
                                  execution.events, options_);
  if (!parting) {
    return std::nullopt;
  }
  divergence.event_id = parting->event_id;
  divergence.recorded = std::move(parting->recorded);
  divergence.attempted = std::move(parting->attempted);
  return divergence;
}

ReplayReport replay(const Registrations& registrations, const std::vector<InstanceExport>& exports,
                    const RuntimeOptions& options) {
  Replayer replayer(registrations, options);
  for (const InstanceExport& each : exports) {
    replayer.replay(each);
  }
  return replayer.take();
}

ReplayReport replay(const Registrations& registrations, const InstanceExport& exported,
                    const RuntimeOptions& options) {
  return replay(registrations, std::vector<InstanceExport>{exported}, options);
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
