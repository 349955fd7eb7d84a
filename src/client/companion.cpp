#include "client/companion.hpp"

#include <cstdint>
#include <utility>

#include "client/calls.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::client {

namespace {

class CompanionImpl final : public Calls::Self {
 public:
  CompanionImpl(caf::actor_config& config, ProviderActor provider, ManagementActor management,
                Surroundings surroundings)
      : Calls::Self(config),
        calls_(this, std::move(provider), std::move(management), std::move(surroundings)) {}

  void on_exit() override { calls_.exit(); }

  behavior_type make_behavior() override {
    calls_.watch_server();
    return {
        [this](Act& act) { std::exchange(act.action, nullptr)(calls_); },
        [this](const actors::Tick& tick) { calls_.tick(tick); },
        [this](const Close&) { calls_.close(); },
    };
  }

 private:
  void answered(std::uint64_t number, actors::AnswerContent& content) override {
    calls_.answered(number, content);
  }

  Calls calls_;
};

Surroundings surroundings_of(const Store& store) {
  return {store.clock(), detail::StoreAccess::impl(store).log};
}

}  // namespace

Companion::Companion(ProviderActor provider, Surroundings surroundings) {
  const actors::SpawnsFromOutside outside;
  actor_ = provider.home_system().spawn<CompanionImpl>(provider, ManagementActor(),
                                                       std::move(surroundings));
}

Companion::Companion(ManagementActor management, Surroundings surroundings) {
  const actors::SpawnsFromOutside outside;
  actor_ = management.home_system().spawn<CompanionImpl>(ProviderActor(), management,
                                                         std::move(surroundings));
}

Companion Companion::for_provider(const Store& store) {
  return Companion(provider_of(store), surroundings_of(store));
}

Companion Companion::for_management(const Store& store) {
  return Companion(management_of(store), surroundings_of(store));
}

void Companion::act(std::function<void(Calls&)> action) const {
  actors::send_from_outside(actor_, Act{std::move(action)});
}

void Companion::stop_waiting(std::uint64_t wait_id) const {
  act([wait_id](Calls& calls) { calls.stop_waiting(wait_id); });
}

void Companion::run(std::function<void()> action) const {
  act([action = std::move(action)](Calls& calls) mutable { calls.run(action); });
}

void Companion::close() const {
  actors::send_from_outside(actor_, Close{});
}

}  // namespace duroxide::client
