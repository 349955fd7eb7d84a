// An activity that runs hears that nobody waits for it any more, while its instance goes on.

#include <algorithm>

#include "scenario.hpp"

namespace duroxide::activity_cancellation_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> race(OrchestrationContext context) {
  auto call = context.schedule_activity("Endless");
  auto begun = context.schedule_activity("AwaitBegin");
  co_await when_any(std::move(call), std::move(begun));
  co_return co_await context.wait_for_external_event("Finish");
}

Task<std::string> scope(OrchestrationContext context) {
  {
    auto call = context.schedule_activity("Endless");
    co_await context.schedule_activity("AwaitBegin");
  }
  co_return co_await context.wait_for_external_event("Finish");
}

Task<std::string> by_hand(OrchestrationContext context) {
  std::optional<DurableFuture<std::string>> call = context.schedule_activity("Endless");
  co_await context.schedule_activity("AwaitBegin");
  call.reset();
  co_return co_await context.wait_for_external_event("Finish");
}

struct Registrations {
  std::shared_ptr<Gate> begun = std::make_shared<Gate>();
  std::shared_ptr<Gate> heard = std::make_shared<Gate>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Race", race)
        .register_orchestration("Scope", scope)
        .register_orchestration("ByHand", by_hand)
        .register_activity("AwaitBegin", [begun = begun] { begun->wait(); })
        .register_activity("Endless", [begun = begun, heard = heard](ActivityContext& context) {
          Gate stop;
          const auto on_cancelled = context.on_cancelled([&stop] { stop.open(); });
          begun->open();
          stop.wait();
          if (context.is_cancelled()) {
            heard->open();
          }
          return "too late";
        });
  }
};

}  // namespace

TEST_CASE("a running activity hears that its call was dropped",
          "[cancellation][activities][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(2));
  const std::string orchestration = GENERATE("Race", "Scope", "ByHand");
  s.start("i", orchestration);
  registrations.heard->wait();
  CHECK(s.client().get_status("i").value().is_running());
  s.raise("i", "Finish", std::string("done"));
  CHECK(s.wait("i").output() == "done");
  const auto history = s.history("i");
  CHECK(std::count_if(history.begin(), history.end(), [](const Event& event) {
          return event.source_event_id == 2 &&
                 std::holds_alternative<event::ActivityCancelRequested>(event.kind);
        }) == 1);
  CHECK(std::none_of(history.begin(), history.end(), [](const Event& event) {
    return event.source_event_id == 2 &&
           std::holds_alternative<event::ActivityCompleted>(event.kind);
  }));
  CHECK(s.depths() == QueueDepths{});
}

}  // namespace duroxide::activity_cancellation_test
