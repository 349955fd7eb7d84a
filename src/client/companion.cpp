#include "client/companion.hpp"

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <utility>

#include "client/call.hpp"
#include "client/calls.hpp"
#include "model/lent_thread.hpp"
#include "protocol/engine_scheduler.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::client {

namespace {

class CompanionImpl final : public Calls::Self {
 public:
  CompanionImpl(caf::actor_config& config, ProviderActor provider, ManagementActor management,
                Surroundings surroundings, std::shared_ptr<CompanionState> state)
      : Calls::Self(config),
        calls_(this, std::move(provider), std::move(management), std::move(surroundings),
               std::move(state)) {}

  void on_exit() override { calls_.exit(); }

  behavior_type make_behavior() override {
    calls_.watch_server();
    return {
        [this](const ActsCame&) { calls_.act(); },
        [this](const actors::Tick& tick) { calls_.tick(tick); },
        [this](storage::EnqueuesAnswered& answered) { calls_.answered(answered); },
    };
  }

 private:
  void answered(std::uint64_t number, actors::AnswerContent& content) override {
    calls_.answered(number, content);
  }

  Calls calls_;
};

Surroundings surroundings_of(const Store& store) {
  const detail::StoreImpl& impl = detail::StoreAccess::impl(store);
  return {store.clock(), impl.log, impl.was_closed, impl.process};
}

}  // namespace

Companion::Companion(ProviderActor provider, Surroundings surroundings)
    : state_(std::make_shared<CompanionState>(surroundings.process, surroundings.clock)) {
  if (state_->process.is_foreign()) {
    return;
  }
  const actors::SpawnsFromOutside outside;
  actor_ = provider.home_system().spawn<CompanionImpl>(provider, ManagementActor(),
                                                       std::move(surroundings), state_);
}

Companion::Companion(ManagementActor management, Surroundings surroundings)
    : state_(std::make_shared<CompanionState>(surroundings.process, surroundings.clock)) {
  if (state_->process.is_foreign()) {
    return;
  }
  const actors::SpawnsFromOutside outside;
  actor_ = management.home_system().spawn<CompanionImpl>(ProviderActor(), management,
                                                         std::move(surroundings), state_);
}

Companion Companion::for_provider(const Store& store) {
  return Companion(provider_of(store), surroundings_of(store));
}

Companion Companion::for_management(const Store& store) {
  return Companion(management_of(store), surroundings_of(store));
}

void Companion::hand_over(Act act) const {
  if (state_->acts.push(std::move(act))) {
    actors::send_from_outside(actor_, ActsCame{});
  }
}

void Companion::tell(std::function<void(Calls&)> action, bool is_urgent) const {
  if (!state_->process.is_foreign()) {
    hand_over({std::move(action), {}, false, is_urgent});
  }
}

void Companion::act(std::function<void(Calls&)> action, bool is_urgent) const {
  if (state_->process.is_foreign()) {
    return;  // counted, it would be waited for
  }
  ++state_->busy;
  std::shared_ptr<Call> call;
  if (CallScope* const scope = CallScope::current()) {
    scope->use(*this);
    call = scope->call();
    if (call->timeout()) {
      tell([call](Calls& calls) { calls.set_deadline(call); }, true);
    }
  }
  hand_over({std::move(action), std::move(call), true, is_urgent});
}

void Companion::stop_waiting(std::uint64_t wait_id) const {
  tell([wait_id](Calls& calls) { calls.stop_waiting(wait_id); });
}

void Companion::cancel(std::shared_ptr<Call> call) const {
  tell([call = std::move(call)](Calls& calls) { calls.cancel(call); }, true);
}

void Companion::run(std::function<void()> action) const {
  act([action = std::move(action)](Calls& calls) mutable { calls.run(action); }, true);
}

void Companion::close() const {
  tell([](Calls& calls) { calls.close(); });
}

void Companion::end() const {
  if (state_->busy == 0 || state_->process.is_foreign()) {
    close();
    return;
  }
  if (Calls::end_in_turn(actor_)) {
    return;
  }
  // Kept by the action alone: an actor that is gone already, with its system, drops that.
  auto ended = std::make_shared<std::promise<void>>();
  const auto is_done = ended->get_future();
  tell(
      [ended = std::move(ended)](Calls& calls) {
        calls.end();
        ended->set_value();
      },
      true);
  const auto has_ended = [&] {
    return is_done.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  caf::actor_system& system = actor_.home_system();
  if (actors::is_deterministic(system)) {
    actors::run_until(system, has_ended);
  } else if (auto* const scheduler = actors::EngineScheduler::of(system)) {
    scheduler->let_others_run([&] { is_done.wait(); });
  } else if (model::LentThread::lent_to() == nullptr) {
    is_done.wait();
  }
}

}  // namespace duroxide::client
