#pragma once

#include <duroxide/provider.hpp>

namespace duroxide::test {

/// An actor system without threads: nothing happens but in `run`, which handles every message that
/// waits and all that follow from them. Declare it before everything that lives in it.
class DeterministicSystem {
 public:
  DeterministicSystem() = default;
  DeterministicSystem(const DeterministicSystem&) = delete;
  DeterministicSystem& operator=(const DeterministicSystem&) = delete;
  /// Lets the actors that were told to end do so: the actor system waits for them.
  ~DeterministicSystem() { run(); }

  [[nodiscard]] caf::actor_system& get() { return system_; }
  [[nodiscard]] ActorSystem handle() { return use_actor_system(system_); }

  void run() {
    actors::run_until(system_, [] { return false; });
  }

 private:
  struct Config : caf::actor_system_config {
    Config() { actors::configure_deterministic(*this); }
  };

  Config config_;
  caf::actor_system system_{config_};
};

}  // namespace duroxide::test
