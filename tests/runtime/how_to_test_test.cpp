// How to unit-test what you build with this library: an orchestration, an activity, and a provider
// of your own. Everything here uses public headers only, starts no thread and never sleeps.
//
// The three ingredients:
//
//  * A *deterministic actor system*: CAF's testing scheduler, which has no threads. Actors run only
//    while your test makes a blocking call of `Client`, `ManagementClient` or `Runtime::stop`: the
//    call itself runs messages until it is answered. What you see is the same in every run.
//  * A `ManualClock`: time stands still until you say `advance`. A timer of thirty days fires in the
//    next call after `advance(720h)`.
//  * A `MemoryProvider`, the store, made on both.

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

namespace duroxide::how_to_test_test {

using namespace std::chrono_literals;

namespace {

// --- what is to be tested -------------------------------------------------------------------------

/// An activity is an ordinary function.
std::string charge(ActivityContext& context, int cents) {
  if (cents > 100'000) {
    throw std::runtime_error("declined");
  }
  return "paid " + std::to_string(cents) + " for " + context.instance_id();
}

/// A long activity: it says how far it is, goes on there if it was interrupted, and stops when it is
/// told to.
int copy_pages(ActivityContext& context) {
  int page = context.last_heartbeat<int>().value_or(0);
  while (page < 100 && !context.is_cancelled()) {
    context.heartbeat(++page);
  }
  return page;
}

/// An orchestration: it charges, waits a month for the goods to be confirmed, and refunds otherwise.
Task<std::string> order(OrchestrationContext context, int cents) {
  const std::string payment = co_await context.schedule_activity("Charge", cents);
  auto confirmed = context.wait_for_external_event("Confirmed");
  auto month = context.schedule_timer(24h * 30);
  const auto first = co_await when_any(std::move(confirmed), std::move(month));
  if (first.index() == 0) {
    co_return payment;
  }
  co_return co_await context.schedule_activity("Refund", payment);
}

// --- the environment of a test --------------------------------------------------------------------

/// The actor system of a test. Declare it first: everything else lives in it.
class TestSystem {
 public:
  /// When all that lives in it is gone, the actors still have to be run to their end.
  ~TestSystem() {
    actors::run_until(system_, [] { return false; });
  }
  [[nodiscard]] ActorSystem handle() { return use_actor_system(system_); }
  [[nodiscard]] caf::actor_system& get() { return system_; }

 private:
  struct Config : caf::actor_system_config {
    Config() { actors::configure_deterministic(*this); }
  };
  Config config_;
  caf::actor_system system_{config_};
};

/// A store and a clock for one test.
struct Outside {
  TestSystem system;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Store store = MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system.handle()));
};

}  // namespace

// --- an activity ----------------------------------------------------------------------------------

TEST_CASE("how to test an activity: call it", "[how-to][activities]") {
  ActivityContext::Call call;
  call.instance = "order-1";
  ActivityContext context(call, {});
  CHECK(charge(context, 500) == "paid 500 for order-1");
  CHECK_THROWS_WITH(charge(context, 100'001), "declined");
}

TEST_CASE("how to test what an activity does when it is cancelled, and what it reports",
          "[how-to][activities][cancellation]") {
  std::stop_source stop;
  std::vector<std::string> reported;
  ActivityContext::Call call;
  call.instance = "order-1";
  call.progress = "40";  // what an earlier delivery said last
  ActivityContext::Services services;
  services.stop = stop.get_token();
  services.heartbeat = [&](const ActivityToken&, std::string progress) {
    reported.push_back(std::move(progress));
    if (reported.size() == 2) {
      stop.request_stop();
    }
  };
  ActivityContext context(call, services);
  CHECK(copy_pages(context) == 42);
  CHECK(reported == std::vector<std::string>{"41", "42"});
}

// --- an orchestration -----------------------------------------------------------------------------

TEST_CASE("how to test an orchestration: give it activities of the test, and move the clock",
          "[how-to][clock][values][recorded]") {
  Outside environment;
  std::vector<std::string> refunded;

  // The orchestration is the real one, its activities are stand-ins that the test can look into.
  Runtime runtime(environment.store);
  runtime.register_orchestration("Order", order)
      .register_activity("Charge", [](int cents) { return "receipt " + std::to_string(cents); })
      .register_activity("Refund", [&](std::string payment) {
        refunded.push_back(payment);
        return "refunded " + payment;
      });
  REQUIRE(runtime.start());

  Client client(environment.store);
  REQUIRE(client.start_orchestration("order-1", "Order", 500));

  // Runs everything that can happen without time passing: the order waits for one of two things.
  CHECK(client.wait_for_completion("order-1", 0s).error().kind == ClientError::Kind::timeout);

  SECTION("confirmed in time") {
    environment.clock->advance(24h * 29);
    REQUIRE(client.raise_event("order-1", "Confirmed"));
    CHECK(client.wait_for_completion("order-1", 0s).value().output() == "receipt 500");
    CHECK(refunded.empty());
  }
  SECTION("not confirmed: a month passes") {
    environment.clock->advance(24h * 30);
    CHECK(client.wait_for_completion("order-1", 0s).value().output() == "refunded receipt 500");
    CHECK(refunded == std::vector<std::string>{"receipt 500"});
  }
  SECTION("and nothing is left behind") {
    environment.clock->advance(24h * 30);
    REQUIRE(client.wait_for_completion("order-1", 0s));
    CHECK(client.management().value().get_queue_depths().value() == QueueDepths{});
  }
}

TEST_CASE("how to test that an orchestration survives a restart: evict it at every step",
          "[how-to][residency][replay]") {
  Outside environment;
  // With no room for resident instances, each step is replayed from history, as after a crash. An
  // orchestration that is not deterministic fails here.
  Runtime runtime(environment.store, RuntimeOptions().max_resident_instances(0));
  runtime.register_orchestration("Order", order).register_activity("Charge", charge);
  REQUIRE(runtime.start());
  Client client(environment.store);
  REQUIRE(client.start_orchestration("order-1", "Order", 500));
  REQUIRE(client.raise_event("order-1", "Confirmed"));
  CHECK(client.wait_for_completion("order-1", 0s).value().output() == "paid 500 for order-1");
}

// --- a provider -----------------------------------------------------------------------------------

namespace {

/// A provider of one's own is a typed actor with the interface `ProviderActor`. This one hands all
/// requests on to another, but refuses the first turns that it is told to keep.
class FlakyProvider final : public ProviderActor::base {
 public:
  FlakyProvider(caf::actor_config& config, ProviderActor inner, int refusals)
      : ProviderActor::base(config), inner_(std::move(inner)), refusals_(refusals) {}

  /// Hands a request on; the answer goes straight to whoever asked.
  template <class Request>
  auto pass() {
    return [this](Request& request) { return delegate(inner_, std::move(request)); };
  }

  behavior_type make_behavior() override {
    return {
        pass<provider::FetchOrchestrationItem>(),
        [this](provider::AckOrchestrationItem& ack) -> caf::result<Done> {
          if (refusals_-- > 0) {
            return Done(failure(ProviderError{ProviderError::Kind::storage,
                                              "ack_orchestration_item", "a test", true}));
          }
          return delegate(inner_, std::move(ack));
        },
        pass<provider::AbandonOrchestrationItem>(),
        pass<provider::Read>(),
        pass<provider::DequeueWorkerPeekLock>(),
        pass<provider::AckWorker>(),
        pass<provider::EnqueueOrchestratorWork>(),
        pass<provider::SupportsDelayedVisibility>(),
        pass<provider::EnqueueTimerWork>(),
        pass<provider::DequeueTimerPeekLock>(),
        pass<provider::AckTimer>(),
        pass<provider::AbandonWorker>(),
        pass<provider::ReleaseInstance>(),
        pass<provider::ReleaseHolder>(),
        pass<provider::GetStatus>(),
        pass<provider::WaitForStatus>(),
        pass<provider::GetValue>(),
        pass<provider::GetValues>(),
        pass<provider::WaitForValue>(),
        pass<provider::StopWaiting>(),
        pass<provider::ReleaseFromQuarantine>(),
        pass<provider::ReleaseSessions>(),
        pass<provider::AwaitCancelledWork>(),
        pass<provider::Heartbeat>(),
        pass<provider::CompleteActivity>(),
        pass<provider::StartOrFind>(),
        pass<provider::AskUpdate>(),
        pass<provider::AskQuery>(),
        pass<provider::StartAndRaise>(),
        pass<provider::StartAndAsk>(),
        pass<provider::WaitForStart>(),
    };
  }

 private:
  ProviderActor inner_;
  int refusals_;
};

}  // namespace

TEST_CASE("how to test a provider: send it its messages", "[how-to]") {
  Outside environment;
  const auto flaky =
      environment.system.get().spawn<FlakyProvider>(provider_of(environment.store), 1);

  // Asked directly, from outside: send, let the messages run, receive.
  caf::scoped_actor self(environment.system.get());
  auto asked = self->request(flaky, caf::infinite, provider::AckOrchestrationItem{});
  actors::run_until(environment.system.get(), [] { return false; });
  asked.receive(
      [](const Done& answer) { CHECK(answer.error().kind == ProviderError::Kind::storage); },
      [](const caf::error&) { FAIL("the provider has ended"); });
  actors::stop(flaky);
}

TEST_CASE("how to test a provider: run the engine on it", "[how-to]") {
  Outside environment;
  const auto flaky =
      environment.system.get().spawn<FlakyProvider>(provider_of(environment.store), 3);
  const Store store =
      make_store(environment.system.handle(), environment.clock, flaky,
                 management_of(environment.store), [flaky] { actors::stop(flaky); });

  Runtime runtime(store, RuntimeOptions().log_sink([](const LogRecord&) {}));
  runtime.register_orchestration("Order", order).register_activity("Charge", charge);
  REQUIRE(runtime.start());
  Client client(store);
  REQUIRE(client.start_orchestration("order-1", "Order", 500));
  REQUIRE(client.raise_event("order-1", "Confirmed"));
  // A refused turn is tried again after a pause, which passes only if the test says so.
  for (int refusal = 0; refusal < 3; ++refusal) {
    CHECK_FALSE(client.wait_for_completion("order-1", 0s));
    environment.clock->advance(1s);
  }
  CHECK(client.wait_for_completion("order-1", 0s).value().output() == "paid 500 for order-1");
}

}  // namespace duroxide::how_to_test_test
