#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/client.hpp>
#include <duroxide/management.hpp>
#include <duroxide/runtime.hpp>

#include "simulation/plan.hpp"
#include "simulation/seeded_system.hpp"
#include "simulation/tables.hpp"
#include "simulation/trace.hpp"

namespace duroxide::simulation {

/// Registers all orchestrations and activities.
using Registrations = std::function<void(Runtime&)>;

/// One process of the simulated machine, from the opening of the store to a crash or an orderly end:
/// runtimes, a client and an operator in one actor system.
class Process {
 public:
  Process(const Plan& plan, Tables& tables, Timestamp now, property::Random& random, Trace& trace,
          Registrations registrations);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] bool step() { return system_.step(); }
  bool deliver_delayed() { return system_.deliver_delayed(); }
  /// For the engine's clock and for delayed messages.
  void pass_time(Milliseconds step);
  [[nodiscard]] Timestamp now() const { return clock_->now(); }
  [[nodiscard]] const std::shared_ptr<ManualClock>& clock() const { return clock_; }

  [[nodiscard]] Client& client() { return *client_; }
  [[nodiscard]] ManagementClient& management() { return *management_; }
  /// Begins to listen to what happens to all instances; nothing if the store is out of order.
  void subscribe();
  [[nodiscard]] ChangeSubscription* subscription() {
    return subscription_ ? &*subscription_ : nullptr;
  }
  [[nodiscard]] const Store& store() const { return *store_; }
  [[nodiscard]] caf::actor_system& actors() { return system_.actors(); }

  /// Ends one of the runtimes, and begins another on the same store.
  void restart_runtime(std::size_t which);
  [[nodiscard]] std::size_t runtimes() const { return runtimes_.size(); }
  /// Ends everything in order. Returns how many actors are left behind: there should be none.
  [[nodiscard]] std::size_t end();
  /// The power fails.
  void crash();

 private:
  void start_runtime(std::optional<Runtime>& runtime);

  const Plan& plan_;
  Tables& tables_;
  Trace& trace_;
  Registrations registrations_;
  std::shared_ptr<ManualClock> clock_;
  SeededSystem system_;
  std::optional<Store> store_;
  std::vector<std::optional<Runtime>> runtimes_;
  std::optional<Client> client_;
  std::optional<ManagementClient> management_;
  std::optional<ChangeSubscription> subscription_;
};

}  // namespace duroxide::simulation
