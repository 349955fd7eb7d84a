// A failed instance keeps the messages that it did not take, and a rewind delivers them.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "scenario.hpp"

namespace duroxide::kept_messages_test {

using namespace duroxide::scenario;

namespace {

/// Stands for what an operator changes in the code between two runs of the program.
struct Code {
  std::atomic<bool> has_extra_timer{false};
  std::atomic<bool> throws_at_bad{true};
  std::atomic<int> asked{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<ActivityToken> token;

  ActivityToken wait_for_token() {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, ample, [&] { return token.has_value(); }));
    return *token;
  }
};

Register with(Code& code) {
  return [&code](Runtime& runtime) {
    const auto waits = [&code](OrchestrationContext context) -> Task<std::string> {
      const std::string one = co_await context.schedule_activity("A");
      const std::string two = co_await context.schedule_activity("A");
      if (code.has_extra_timer) {
        co_await context.schedule_timer(1ms);
      }
      const std::string go = co_await context.wait_for_external_event("Go");
      co_return one + two + go;
    };
    const auto asks = [&code](OrchestrationContext context) -> Task<std::string> {
      const std::string one = co_await context.schedule_activity("A");
      if (code.has_extra_timer) {
        co_await context.schedule_timer(1ms);
      }
      const std::string answer = co_await context.schedule_activity("Ask");
      co_return one + answer;
    };
    const auto listens = [&code](OrchestrationContext context) -> Task<std::string> {
      const std::string first = co_await context.wait_for_external_event("Go");
      if (first == "bad" && code.throws_at_bad) {
        throw std::runtime_error("a bad one");
      }
      const std::string second = co_await context.dequeue_event("Queue");
      const std::string third = co_await context.wait_for_external_event("Go");
      co_return first + second + third;
    };
    runtime.register_orchestration("Waits", waits)
        .register_orchestration("Asks", asks)
        .register_orchestration("Listens", listens)
        .register_activity("A", [] { return "a"; })
        .register_activity("Ask", [&code](ActivityContext& context) {
          ++code.asked;
          const std::lock_guard lock(code.mutex);
          code.token = context.complete_later();
          code.changed.notify_all();
        });
  };
}

/// Waits until the instance waits for an event of that name.
void wait_for_wait(Scenario& scenario, const std::string& instance, const std::string& type,
                   std::size_t count = 1) {
  for (;;) {
    const auto types = scenario.types(instance);
    if (static_cast<std::size_t>(std::count(types.begin(), types.end(), type)) >= count) {
      return;
    }
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("kept: an event that met code which did not fit is delivered by the rewind",
          "[kept][restore][nondeterminism][events][same-process]") {
  Code code;
  Scenario scenario(EVERY_BACKEND, with(code));
  scenario.start("n", "Waits");
  wait_for_wait(scenario, "n", "ExternalSubscribed");
  code.has_extra_timer = true;
  scenario.restart();
  scenario.raise("n", "Go", std::string("!"));
  CHECK(scenario.failure_of("n").kind == ErrorKind::nondeterminism);
  scenario.check_sound();

  code.has_extra_timer = false;
  scenario.restart();
  REQUIRE(ManagementClient(scenario.store()).rewind_instance("n"));
  CHECK(scenario.wait("n").output() == "aa!");
}

TEST_CASE("kept: an answer to an activity that met such code counts after the rewind",
          "[kept][restore][nondeterminism][same-process]") {
  Code code;
  Scenario scenario(EVERY_BACKEND, with(code));
  scenario.start("n", "Asks");
  const ActivityToken token = code.wait_for_token();
  code.has_extra_timer = true;
  scenario.restart();
  REQUIRE(scenario.client().complete_activity(token, "yes"));
  CHECK(scenario.failure_of("n").kind == ErrorKind::nondeterminism);
  scenario.check_sound();

  code.has_extra_timer = false;
  scenario.restart();
  const auto restored = ManagementClient(scenario.store()).rewind_instance("n");
  REQUIRE(restored);
  CHECK(restored->activities_scheduled == 0);
  CHECK(scenario.wait("n").output() == "ayes");
}

TEST_CASE("kept: what came with the event at which the code threw",
          "[kept][events][same-process]") {
  Code code;
  Scenario scenario(EVERY_BACKEND, with(code));
  std::optional<ManagementClient> management(scenario.store());
  scenario.start("n", "Listens");
  wait_for_wait(scenario, "n", "ExternalSubscribed");
  REQUIRE(management->pause(PauseScope::of_instance("n")));  // so that they come in one turn
  scenario.raise("n", "Go", std::string("bad"));
  scenario.raise("n", "Go", std::string("3"));
  REQUIRE(scenario.client().enqueue_event("n", "Queue", std::string("2")));
  REQUIRE(management->resume(PauseScope::of_instance("n")));
  CHECK(scenario.failure_of("n").message == "a bad one");
  scenario.check_sound();

  code.throws_at_bad = false;
  SECTION("is delivered by the rewind") {
    management.reset();  // or the store could not be opened again
    scenario.restart();
    REQUIRE(ManagementClient(scenario.store()).rewind_instance("n"));
    CHECK(scenario.wait("n").output() == "bad23");
  }
  SECTION("is still kept if it fails once more") {
    code.throws_at_bad = true;
    REQUIRE(management->rewind_instance("n"));
    CHECK(scenario.failure_of("n").message == "a bad one");
    code.throws_at_bad = false;
    REQUIRE(management->rewind_instance("n"));
    CHECK(scenario.wait("n").output() == "bad23");
  }
  SECTION("goes with a fork as well") {
    REQUIRE(management->fork_instance("n", "m"));
    CHECK(scenario.wait("m").output() == "bad23");
    REQUIRE(management->rewind_instance("n"));
    CHECK(scenario.wait("n").output() == "bad23");
  }
  SECTION("goes with an export") {
    Scenario other(EVERY_BACKEND, with(code));
    const ManagementClient there(other.store());
    const auto exported = management->export_instance("n");
    REQUIRE(exported);
    REQUIRE(there.import_instance(*exported, "copy"));
    CHECK(other.failure_of("copy").message == "a bad one");
    other.check_sound();
    REQUIRE(there.rewind_instance("copy"));
    CHECK(other.wait("copy").output() == "bad23");
  }
}

TEST_CASE("kept: what waits for an instance that is terminated",
          "[kept][terminate][same-process]") {
  Code code;
  Scenario scenario(EVERY_BACKEND, with(code));
  const ManagementClient management(scenario.store());
  scenario.start("n", "Waits");
  wait_for_wait(scenario, "n", "ExternalSubscribed");
  REQUIRE(management.pause(PauseScope::of_instance("n")));
  scenario.raise("n", "Go", std::string("!"));
  REQUIRE(management.terminate_instance("n"));
  REQUIRE(scenario.wait("n").is_cancelled());
  scenario.check_sound();
  REQUIRE(management.rewind_instance("n"));
  CHECK(scenario.wait("n").output() == "aa!");
}

}  // namespace duroxide::kept_messages_test
