// A new runtime for every single turn: nothing that an instance needs may live in memory between any
// two of them. Deterministic: no thread, and time passes only when nothing else can happen.

#include <map>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "support/deterministic_system.hpp"
#include "support/temp_dir.hpp"
#include "whole_language.hpp"

namespace duroxide::turn_by_turn_test {

using namespace duroxide::scenario;
using namespace std::chrono_literals;

namespace {

using Items = provider::Answer<std::vector<provider::OrchestrationItem>>;

struct Turns {
  int taken = 0;
  bool one_only = false;  ///< once it was taken, no other is handed out
  bool closed = false;
};

/// Hands everything on to a store, and counts the turns that come back.
class TurnCounter final : public ProviderActor::base {
 public:
  TurnCounter(caf::actor_config& config, ProviderActor inner, std::shared_ptr<Turns> turns)
      : ProviderActor::base(config), inner_(std::move(inner)), turns_(std::move(turns)) {}

  template <class Request>
  auto pass() {
    return [this](Request& request) { return delegate(inner_, std::move(request)); };
  }

  behavior_type make_behavior() override {
    return {
        [this](provider::FetchOrchestrationItem& fetch) -> caf::result<Items> {
          if (turns_->closed) {
            parked_.push_back(make_response_promise<Items>());
            return parked_.back();
          }
          return delegate(inner_, std::move(fetch));
        },
        [this](provider::AckOrchestrationItem& ack) {
          ++turns_->taken;
          turns_->closed = turns_->one_only;
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

  /// The promises hold the runtimes, and those hold this actor.
  void on_exit() override { parked_.clear(); }

 private:
  ProviderActor inner_;
  std::shared_ptr<Turns> turns_;
  std::vector<actors::Promise<Items>> parked_;  ///< of runtimes that will take no more
};

/// A store whose turns are counted.
struct World {
  explicit World(bool on_disk)
      : inner(on_disk ? LmdbProvider::open(directory.path(), LmdbOptions()
                                                                 .durability(Durability::none)
                                                                 .clock(clock)
                                                                 .actor_system(system.handle()))
                            .value()
                      : MemoryProvider::create(
                            MemoryOptions().clock(clock).actor_system(system.handle()))),
        counter(system.get().spawn<TurnCounter>(provider_of(inner), turns)),
        store(make_store(system.handle(), clock, counter, management_of(inner),
                         [actor = counter] { actors::stop(actor); })) {}

  test::DeterministicSystem system;
  testing::TempDir directory;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<Turns> turns = std::make_shared<Turns>();
  Store inner;
  ProviderActor counter;
  Store store;
};

using Histories = std::map<std::string, std::vector<Event>>;

Histories histories_of(const Store& store) {
  Histories histories;
  ManagementClient management(store);
  const auto instances = management.list_all_instances().value();
  for (const std::string& instance : instances) {
    const auto executions = management.list_executions(instance).value();
    for (const auto execution : executions) {
      histories[instance + " " + std::to_string(execution)] =
          comparable(management.read_execution_history(instance, execution).value());
    }
  }
  return histories;
}

bool all_have_ended(const ManagementClient& management) {
  return management.find_running_instances().value().empty();
}

/// Lets one runtime take turns until `enough`, or until nothing is left to do.
template <class Enough>
void run_one(World& world, const std::shared_ptr<Flaky>& flaky, const Enough& enough) {
  Runtime runtime(world.store, RuntimeOptions()
                                   .worker_tags(TagFilter::any())
                                   .orchestration_concurrency(1)
                                   .log_sink([](const LogRecord&) {}));
  register_whole_language(runtime, flaky);
  REQUIRE(runtime.start());
  for (int idle = 0; idle < 100 && !enough(); ++idle) {
    actors::run_until(world.system.get(), enough);
    if (!enough()) {
      world.clock->advance(1ms);
    }
  }
  runtime.stop();
}

Histories run(bool on_disk, const std::string& orchestration, bool turn_by_turn) {
  World world(on_disk);
  const auto flaky = make_flaky();
  Client client(world.store);
  start_one(client, orchestration);
  const ManagementClient management(world.store);
  if (!turn_by_turn) {
    run_one(world, flaky, [&] { return all_have_ended(management); });
  }
  for (int runtimes = 0; !all_have_ended(management); ++runtimes) {
    REQUIRE(runtimes < 1000);
    const int before = world.turns->taken;
    world.turns->one_only = true;
    world.turns->closed = false;
    run_one(world, flaky, [&] { return world.turns->closed; });
    REQUIRE(world.turns->taken == before + 1);
  }
  CHECK(client.get_status("i").value().to_string() == whole_language().at(orchestration));
  return histories_of(world.store);
}

}  // namespace

TEST_CASE("the whole language, with a runtime of its own for every turn: the same history",
          "[replay][residency][restart][own-store]") {
  const bool on_disk = GENERATE(false, true);
  for (const auto& [orchestration, outcome] : whole_language()) {
    CAPTURE(orchestration, on_disk);
    const Histories undisturbed = run(on_disk, orchestration, false);
    const Histories disturbed = run(on_disk, orchestration, true);
    CHECK(undisturbed.size() == disturbed.size());
    for (const auto& [name, history] : undisturbed) {
      CAPTURE(name);
      CHECK(disturbed.at(name) == history);
    }
  }
}

}  // namespace duroxide::turn_by_turn_test
