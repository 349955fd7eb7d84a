#include "postgres/waiter.hpp"

#include <utility>

#include <duroxide/provider.hpp>

namespace duroxide::postgres {

namespace {

/// What needs the database, on its way to an actor that may wait for it.
struct DatabaseJob {
  std::function<void(Database&)> what;
};

}  // namespace

}  // namespace duroxide::postgres

DUROXIDE_MESSAGE(duroxide::postgres::DatabaseJob)

namespace duroxide::postgres {

namespace {

class WaiterActor final : public actors::DynamicActorBase {
 public:
  WaiterActor(caf::actor_config& config, std::shared_ptr<Runner> reads)
      : actors::DynamicActorBase(config), database_(std::move(reads)) {}

  const char* name() const override { return "duroxide.postgres.waiter"; }

 protected:
  caf::behavior make_behavior() override {
    return {[this](const DatabaseJob& job) { job.what(database_); }};
  }

 private:
  Database database_;
};

}  // namespace

void Waiter::send(caf::actor_system& system, std::function<void(Database&)> job) {
  if (!actor_) {
    actor_ = actors::is_deterministic(system)
                 ? system.spawn<WaiterActor>(reads_)
                 : system.spawn<WaiterActor, actors::own_thread>(reads_);
  }
  actors::send_from_outside(actor_, DatabaseJob{std::move(job)});
}

void Waiter::stop() {
  if (actor_) {
    actors::stop(actor_);
  }
}

}  // namespace duroxide::postgres
