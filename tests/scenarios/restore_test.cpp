// Instances taken up again from their histories, by a running engine.

#include <atomic>

#include "scenario.hpp"

namespace duroxide::restore_test {

using namespace duroxide::scenario;

namespace {

/// What the activities of a test do, and how often they were called.
struct Ledger {
  std::atomic<int> reserved{0};
  std::atomic<int> charged{0};
  std::atomic<bool> declines{true};
};

Task<std::string> order(OrchestrationContext context, std::string id) {
  const std::string reserved = co_await context.schedule_activity("Reserve", id);
  context.set_value("stage", "reserved");
  const std::string charged = co_await context.schedule_activity("Charge", id);
  context.set_value("stage", "charged");
  co_return reserved + " " + charged;
}

Task<std::string> parent(OrchestrationContext context, std::string id) {
  const std::string first = co_await context.schedule_activity("Reserve", id);
  const std::string child = co_await context.schedule_sub_orchestration("Order", id);
  co_return first + " " + child;
}

Task<std::string> choice(OrchestrationContext context) {
  const std::string reserved = co_await context.schedule_activity("Reserve", std::string("c"));
  const std::string way = co_await context.wait_for_external_event("Way");
  co_return reserved + " " + way;
}

Register with(Ledger& ledger) {
  return [&ledger](Runtime& runtime) {
    runtime.register_orchestration("Order", order)
        .register_orchestration("Parent", parent)
        .register_orchestration("Choice", choice)
        .register_activity("Reserve",
                           [&ledger](std::string id) {
                             ++ledger.reserved;
                             return "reserved " + id;
                           })
        .register_activity("Charge", [&ledger](std::string id) {
          ++ledger.charged;
          if (ledger.declines) {
            throw std::runtime_error("declined");
          }
          return "charged " + id;
        });
  };
}

/// In memory between turns, and not.
RuntimeOptions residency() {
  return GENERATE(0, 1) == 0 ? RuntimeOptions().max_resident_instances(0) : RuntimeOptions();
}

RestoredInstance ok(const ManagementClient::Answer<RestoredInstance>& answer) {
  if (!answer) {
    FAIL(answer.error().message);
  }
  return *answer;
}

}  // namespace

TEST_CASE("a failed instance is rewound after its activity was repaired",
          "[restore][same-process]") {
  Ledger ledger;
  Scenario scenario(EVERY_BACKEND, with(ledger), residency());
  const ManagementClient management(scenario.store());
  REQUIRE(scenario.run("o", "Order", std::string("o")).is_failed());
  ledger.declines = false;
  CHECK(ok(management.rewind_instance("o")).activities_scheduled == 1);
  CHECK(scenario.wait("o").output_as<std::string>().value() == "reserved o charged o");
  CHECK(ledger.reserved == 1);
  CHECK(ledger.charged == 2);
  CHECK_FALSE(management.rewind_instance("o"));
}

TEST_CASE("a value that the code could not make is made anew after a rewind",
          "[restore][recorded][same-process]") {
  std::atomic<int> calls{0};
  Scenario s(EVERY_BACKEND, [&calls](Runtime& runtime) {
    runtime.register_orchestration("Lucky", [&calls](OrchestrationContext context) -> Task<int> {
      const auto roll = [&calls] { return calls++ == 0 ? throw std::runtime_error("no luck") : 6; };
      const int rolled = context.side_effect("roll", roll);
      co_return rolled;
    });
  });
  s.start("i", "Lucky");
  CHECK(s.failure_of("i").message == "no luck");
  const ManagementClient management(s.store());
  REQUIRE(management.rewind_instance("i"));
  CHECK(s.wait("i").output() == "6");
  CHECK(calls == 2);
}

TEST_CASE("an instance that fails again can be rewound again", "[restore][same-process]") {
  Ledger ledger;
  Scenario scenario(EVERY_BACKEND, with(ledger));
  const ManagementClient management(scenario.store());
  REQUIRE(scenario.run("o", "Order", std::string("o")).is_failed());
  for (int i = 0; i < 3; ++i) {
    ok(management.rewind_instance("o"));
    REQUIRE(scenario.wait("o").is_failed());
  }
  ledger.declines = false;
  ok(management.rewind_instance("o", {1}));  // from the beginning
  CHECK(scenario.wait("o").is_completed());
  CHECK(ledger.charged == 5);
}

TEST_CASE("a failed child is rewound with its parent", "[restore][children][same-process]") {
  Ledger ledger;
  Scenario scenario(EVERY_BACKEND, with(ledger), residency());
  const ManagementClient management(scenario.store());
  REQUIRE(scenario.run("p", "Parent", std::string("p")).is_failed());
  ledger.declines = false;
  SECTION("as its failure is what is undone") {
    ok(management.rewind_instance("p"));
  }
  SECTION("when its parent starts it once more") {
    ok(management.rewind_instance("p", {3}));  // up to the result of its first activity
  }
  CHECK(scenario.wait("p").output_as<std::string>().value() == "reserved p reserved p charged p");
  CHECK(ledger.reserved == 2);
  CHECK(ledger.charged == 2);
}

TEST_CASE("a cancelled instance is taken up again", "[restore][cancellation][same-process]") {
  Ledger ledger;
  Scenario scenario(EVERY_BACKEND, with(ledger), residency());
  const ManagementClient management(scenario.store());
  scenario.start("c", "Choice");
  REQUIRE(scenario.client().cancel_instance("c", "mistake"));
  REQUIRE(scenario.wait("c").is_cancelled());
  ok(management.rewind_instance("c"));
  scenario.raise("c", "Way", std::string("left"));
  CHECK(scenario.wait("c").output_as<std::string>().value() == "reserved c left");
}

TEST_CASE("a fork takes the other way", "[restore][same-process]") {
  Ledger ledger;
  Scenario scenario(EVERY_BACKEND, with(ledger), residency());
  const ManagementClient management(scenario.store());
  scenario.start("c", "Choice");
  scenario.raise("c", "Way", std::string("left"));
  REQUIRE(scenario.wait("c").is_completed());
  std::uint64_t reserved = 0;
  for (const Event& event : scenario.history("c")) {
    if (std::holds_alternative<event::ActivityCompleted>(event.kind)) {
      reserved = event.event_id;
    }
  }
  const bool raised_first =
      std::holds_alternative<event::ExternalEvent>(scenario.history("c").at(reserved - 2).kind);
  if (!raised_first) {
    ok(management.fork_instance("c", "d", {{}, reserved}));
    scenario.raise("d", "Way", std::string("right"));
    CHECK(scenario.wait("d").output_as<std::string>().value() == "reserved c right");
    CHECK(ledger.reserved == 1);
  } else {
    ok(management.fork_instance("c", "d", {{}, 2}));
    scenario.raise("d", "Way", std::string("right"));
    CHECK(scenario.wait("d").output_as<std::string>().value() == "reserved c right");
  }
  CHECK(scenario.wait("c").output_as<std::string>().value() == "reserved c left");
}

TEST_CASE("an exported instance completes in another store", "[restore][same-process]") {
  Ledger here;
  Ledger there;
  Scenario from(EVERY_BACKEND, with(here));
  Scenario to(EVERY_BACKEND, with(there), residency());
  there.declines = false;
  from.start("c", "Choice");
  REQUIRE(from.run("p", "Parent", std::string("p")).is_failed());
  const ManagementClient source(from.store());
  const ManagementClient target(to.store());

  const auto running = source.export_instance("c");
  REQUIRE(running);
  ok(target.import_instance(*running));
  to.raise("c", "Way", std::string("left"));
  CHECK(to.wait("c").output_as<std::string>().value() == "reserved c left");

  // A failed one under another id, which is then rewound with a child of its own.
  ok(target.import_instance(source.export_instance("p").value(), "q"));
  REQUIRE(to.wait("q").is_failed());
  ok(target.rewind_instance("q"));
  CHECK(to.wait("q").output_as<std::string>().value() == "reserved p reserved p charged p");
  CHECK(target.get_instance_info("q::sub::1.4").has_value());

  CHECK(target.import_instance("{}").error().kind == ClientError::Kind::invalid_input);
  CHECK(target.import_instance(*running).error().kind ==
        ClientError::Kind::instance_already_exists);
}

}  // namespace duroxide::restore_test
