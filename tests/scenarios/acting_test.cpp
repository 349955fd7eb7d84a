// Operators act on instances while a runtime works on them.

#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "scenario.hpp"

namespace duroxide::acting_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> calls_blocked(OrchestrationContext context, std::string input) {
  context.set_custom_status("status of " + input);
  context.set_value("key", "value of " + input);
  auto timer = context.schedule_timer(std::chrono::hours(1));
  const std::string result = co_await context.schedule_activity("Blocked", input);
  co_return input + ": " + result;
}

Task<std::string> parent(OrchestrationContext context, std::string input) {
  auto options = SubOrchestrationOptions().instance_id("child");
  const auto result =
      co_await context.schedule_sub_orchestration("CallsBlocked", input, options).as_result();
  if (result) {
    co_return *result;
  }
  co_return std::string(result.error().is_cancelled() ? "cancelled: " : "failed: ") +
      result.error().message;
}

Task<std::string> calls_quick(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Quick");
}

/// The activity blocks for the input `old`, until it is cancelled or the gate is opened.
struct Registrations {
  std::shared_ptr<Gate> begun = std::make_shared<Gate>();
  std::shared_ptr<Gate> heard = std::make_shared<Gate>();
  std::shared_ptr<Gate> go_on = std::make_shared<Gate>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("CallsBlocked", calls_blocked)
        .register_orchestration("Parent", parent)
        .register_orchestration("CallsQuick", calls_quick)
        .register_activity("Quick", [] { return "quick"; })
        .register_activity("Blocked", [gates = *this](ActivityContext& context, std::string input) {
          if (input != "old") {
            return std::string("done");
          }
          const auto on_cancelled = context.on_cancelled([&gates] { gates.go_on->open(); });
          gates.begun->open();
          gates.go_on->wait();
          if (context.is_cancelled()) {
            gates.heard->open();
          }
          return std::string("done");
        });
  }
};

provider::Answer<DeleteInstanceResult> delete_by_force(const Store& store,
                                                       const std::string& instance) {
  const ManagementActor& management = management_of(store);
  caf::scoped_actor self(management.home_system());
  provider::Answer<DeleteInstanceResult> deleted;
  self->request(management, caf::infinite, management::DeleteInstances{{instance}, true})
      .receive([&](provider::Answer<DeleteInstanceResult>& answer) { deleted = std::move(answer); },
               [](const caf::error&) { FAIL("the store is gone"); });
  return deleted;
}

}  // namespace

TEST_CASE("an instance deleted in mid-flight can be started again at once",
          "[delete][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(2));
  s.start("i", "CallsBlocked", std::string("old"));
  registrations.begun->wait();
  CHECK(delete_by_force(s.store(), "i").value().instances_deleted == 1);
  s.start("i", "CallsBlocked", std::string("new"));
  CHECK(s.wait("i").output() == "new: done");
  CHECK(s.wait("i").custom_status() == "status of new");
  CHECK(s.wait("i").custom_status_version() == 1);
  CHECK(s.types("i").front() == "OrchestrationStarted");
  // The old call hears that nobody waits for it, and nothing of it is left.
  registrations.heard->wait();
  CHECK(s.run("other", "CallsQuick").output() == "quick");
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("whoever waits for an instance that is deleted is told that there is none",
          "[delete][waits][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  s.start("i", "CallsBlocked", std::string("old"));
  registrations.begun->wait();
  Gate answered;
  std::optional<Client::Status> status;
  s.client().wait_for_completion("i", [&](const Client::Status& answer) {
    status = answer;
    answered.open();
  });
  delete_by_force(s.store(), "i").value();
  answered.wait();
  REQUIRE_FALSE(*status);
  CHECK(status->error().kind == ClientError::Kind::instance_not_found);
}

TEST_CASE("a terminated instance ends at once, and its activity hears of it",
          "[terminate][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(2));
  s.start("p", "Parent", std::string("old"));
  registrations.begun->wait();
  const ManagementClient management(s.store());
  SECTION("with its child") {
    REQUIRE(management.terminate_instance("p", "enough"));
    CHECK(s.wait("p").is_cancelled());
    CHECK(s.wait("child").is_cancelled());
  }
  SECTION("whose parent goes on") {
    REQUIRE(management.terminate_instance("child", "enough"));
    CHECK(s.wait("p").output() == "cancelled: enough");
    CHECK(s.wait("child").is_cancelled());
  }
  registrations.heard->wait();
  CHECK(s.run("other", "CallsQuick").output() == "quick");
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a paused instance takes up the result of its activity when it is resumed",
          "[pause][same-process]") {
  const Registrations registrations;
  // With one worker, whatever an activity leads to is there before the next one begins.
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(1));
  const auto scope =
      GENERATE(PauseScope::of_instance("i"), PauseScope::of_orchestration("CallsBlocked"));
  s.start("i", "CallsBlocked", std::string("old"));
  registrations.begun->wait();
  REQUIRE(ManagementClient(s.store()).pause(scope));
  registrations.go_on->open();
  CHECK(s.run("other", "CallsQuick").output() == "quick");
  CHECK(s.client().get_status("i").value().is_running());
  CHECK(s.depths().orchestrator_queue == 1);
  const bool restarts = GENERATE(false, true);
  if (restarts) {
    s.restart();
    CHECK(s.run("another", "CallsQuick").output() == "quick");
    CHECK(s.client().get_status("i").value().is_running());
  }
  REQUIRE(ManagementClient(s.store()).resume(scope));
  CHECK(s.wait("i").output() == "old: done");
}

}  // namespace duroxide::acting_test
