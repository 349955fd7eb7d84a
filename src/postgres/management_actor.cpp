#include "postgres/management_actor.hpp"

#include <utility>

namespace duroxide::postgres {

namespace {

/// Answers what people ask of a store, and asks the provider to change it.
class Management final : public ManagementActor::base {
 public:
  Management(caf::actor_config& config, ManagementParts parts)
      : ManagementActor::base(config), parts_(std::move(parts)) {}

  const char* name() const override { return "duroxide.postgres_management"; }

 protected:
  behavior_type make_behavior() override { return management::answer_only(); }

 private:
  ManagementParts parts_;
};

}  // namespace

ManagementActor spawn_management(caf::actor_system& system, ManagementParts parts) {
  return system.spawn<Management>(std::move(parts));
}

}  // namespace duroxide::postgres
