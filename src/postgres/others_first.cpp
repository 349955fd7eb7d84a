#include "postgres/others_first.hpp"

#include <utility>

namespace duroxide::postgres {

namespace {

struct OthersHaveRun {
  std::function<void()> then;
};

}  // namespace

}  // namespace duroxide::postgres

DUROXIDE_MESSAGE(duroxide::postgres::OthersHaveRun)

namespace duroxide::postgres {

namespace {

class Last final : public actors::DynamicActorBase {
 public:
  using actors::DynamicActorBase::DynamicActorBase;

  const char* name() const override { return "duroxide.postgres.others_first"; }

 protected:
  caf::behavior make_behavior() override {
    return {[](const OthersHaveRun& message) { message.then(); }};
  }
};

}  // namespace

void OthersFirst::let_run(caf::actor_system& system, std::function<void()> then) {
  if (!last_) {
    last_ = system.spawn<Last>();
  }
  actors::send_from_outside(last_, OthersHaveRun{std::move(then)});
}

void OthersFirst::stop() {
  if (last_) {
    actors::stop(last_);
  }
}

}  // namespace duroxide::postgres
