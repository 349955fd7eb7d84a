// The tokens of activities: none names two calls, whatever is done to the instance.

#include <condition_variable>
#include <mutex>
#include <vector>

#include "scenario.hpp"

namespace duroxide::tokens_test {

using namespace duroxide::scenario;

namespace {

/// The tokens that the activity `Ask` was called with, in order.
class Asked {
 public:
  void add(std::string token) {
    const std::lock_guard lock(mutex_);
    tokens_.push_back(std::move(token));
    changed_.notify_all();
  }
  /// Waits until there are so many.
  std::string wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, ample, [&] { return tokens_.size() >= count; }));
    return tokens_[count - 1];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> tokens_;
};

Task<std::string> ask(OrchestrationContext context) {
  const std::string answer = co_await context.schedule_activity("Ask");
  co_return answer;
}

Register with(Asked& asked) {
  return [&asked](Runtime& runtime) {
    runtime.register_orchestration("Ask", ask)
        .register_activity("Ask", [&asked](ActivityContext& context) {
          asked.add(context.complete_later().to_string());
        });
  };
}

ActivityToken token_of(const std::string& text) {
  const auto token = ActivityToken::parse(text);
  REQUIRE(token);
  return *token;
}

/// The token of an earlier call reaches nobody, that of the present one does.
void check_answers(Scenario& scenario, const std::string& instance, const std::string& earlier,
                   const std::string& present) {
  CHECK(earlier != present);
  CHECK(scenario.client().complete_activity(token_of(earlier), "old").error().kind ==
        ClientError::Kind::activity_not_found);
  CHECK(scenario.client().heartbeat_activity(token_of(earlier), "old").error().kind ==
        ClientError::Kind::activity_not_found);
  CHECK(scenario.client().complete_activity(token_of(present), "new").has_value());
  CHECK(scenario.wait(instance).output() == "new");
}

}  // namespace

TEST_CASE("tokens: an id that is used again gives others", "[tokens][same-process]") {
  Asked asked;
  Scenario scenario(EVERY_BACKEND, with(asked));
  const ManagementClient management(scenario.store());
  scenario.start("a", "Ask");
  const std::string first = asked.wait_for(1);
  REQUIRE(management.delete_instance("a", {true, false}));
  scenario.start("a", "Ask");
  check_answers(scenario, "a", first, asked.wait_for(2));
}

TEST_CASE("tokens: a rewind schedules calls of its own", "[tokens][restore][same-process]") {
  Asked asked;
  Scenario scenario(EVERY_BACKEND, with(asked));
  const ManagementClient management(scenario.store());
  scenario.start("a", "Ask");
  const std::string first = asked.wait_for(1);
  REQUIRE(management.terminate_instance("a"));
  REQUIRE(management.rewind_instance("a"));
  check_answers(scenario, "a", first, asked.wait_for(2));
}

TEST_CASE("tokens: imported and forked instances have their own",
          "[tokens][restore][same-process]") {
  Asked asked;
  Asked there;
  Scenario scenario(EVERY_BACKEND, with(asked));
  Scenario other(EVERY_BACKEND, with(there));
  const ManagementClient management(scenario.store());
  scenario.start("a", "Ask");
  const std::string first = asked.wait_for(1);
  const auto exported = management.export_instance("a");
  REQUIRE(exported);
  SECTION("under the same id in another store") {
    REQUIRE(ManagementClient(other.store()).import_instance(*exported));
    check_answers(other, "a", first, there.wait_for(1));
  }
  SECTION("in the same store, in place of the one that was deleted") {
    REQUIRE(management.delete_instance("a", {true, false}));
    REQUIRE(management.import_instance(*exported));
    check_answers(scenario, "a", first, asked.wait_for(2));
  }
  SECTION("as a fork") {
    REQUIRE(management.fork_instance("a", "b"));
    ActivityToken mixed = token_of(first);
    mixed.instance = "b";
    check_answers(scenario, "b", mixed.to_string(), asked.wait_for(2));
  }
}

TEST_CASE("tokens: a call keeps its token over restarts", "[tokens][restart][same-process]") {
  Asked asked;
  Scenario scenario(EVERY_BACKEND, with(asked));
  scenario.start("a", "Ask");
  const std::string first = asked.wait_for(1);
  scenario.restart();
  CHECK(asked.wait_for(2) == first);
  CHECK(scenario.client().complete_activity(token_of(first), "yes").has_value());
  CHECK(scenario.wait("a").output() == "yes");
}

}  // namespace duroxide::tokens_test
