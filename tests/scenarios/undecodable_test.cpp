// Data that is not of the type asked for: what the code is told, and what an operator can do.

#include <algorithm>
#include <atomic>

#include "scenario.hpp"

namespace duroxide::undecodable_test {

using namespace duroxide::scenario;

namespace {

/// Goes on with every price that it can read, and says what it could not.
Task<std::string> forgiving(OrchestrationContext context) {
  std::string told;
  double sum = 0;
  while (true) {
    try {
      const double price = co_await context.wait_for_external_event<double>("ChangePrice");
      if (price < 0) {
        break;
      }
      sum += price;
    } catch (const PayloadError& error) {
      told += error.what();
    }
  }
  co_return std::to_string(static_cast<int>(sum)) + " " + told;
}

/// Takes two prices for each execution, for ever; ends at a negative one.
Task<std::string> strict(OrchestrationContext context, int sum) {
  const double first = co_await context.wait_for_external_event<double>("ChangePrice");
  const double second = co_await context.wait_for_external_event<double>("ChangePrice");
  const int next = sum + static_cast<int>(first + second);
  if (second < 0) {
    co_return std::to_string(next);
  }
  co_await context.continue_as_new(next);
  co_return "";
}

Task<std::string> every_way(OrchestrationContext context) {
  std::string told;
  const auto add = [&told](const Result<int, ErrorDetails>& result) {
    told += (result ? std::string("it was decoded") : result.error().message) + "\n";
  };
  add(co_await context.wait_for_external_event<int>("Event").as_result());
  add(co_await context.dequeue_event<int>("Queue").as_result());
  add(co_await context.schedule_activity<int>("Say").as_result());
  auto lost = context.wait_for_external_event<int>("Never");
  auto comes = context.wait_for_external_event<int>("Event");
  try {
    (void)co_await when_any(std::move(lost), std::move(comes));
  } catch (const PayloadError& error) {
    told += error.details().message + "\n";
  }
  co_return told;
}

void all(Runtime& runtime) {
  runtime.register_orchestration("Forgiving", forgiving)
      .register_orchestration("Strict", strict)
      .register_orchestration("EveryWay", every_way)
      .register_activity("Say", [] { return "something"; });
}

std::uint64_t event_with(Scenario& scenario, const std::string& instance, const std::string& data) {
  for (const Event& event : scenario.history(instance)) {
    const auto* raised = std::get_if<event::ExternalEvent>(&event.kind);
    if (raised != nullptr && raised->data == data) {
      return event.event_id;
    }
  }
  return 0;
}

}  // namespace

TEST_CASE("undecodable: code that catches it goes on", "[undecodable][payloads]") {
  Scenario scenario(EVERY_BACKEND, all);
  scenario.start("cy", "Forgiving");
  scenario.raise("cy", "ChangePrice", 1.0);
  scenario.raise("cy", "ChangePrice", std::string("notanumber"));
  scenario.raise("cy", "ChangePrice", 2.0);
  scenario.raise("cy", "ChangePrice", -1.0);
  CHECK_THAT(scenario.wait("cy").output(),
             Catch::StartsWith("3 ") &&
                 Catch::Contains("the data of the event `ChangePrice`, awaited as event ") &&
                 Catch::Contains("no `double`") && Catch::Contains("at byte 0") &&
                 Catch::Contains("notanumber"));
}

TEST_CASE("undecodable: it is told wherever it is awaited", "[undecodable][payloads]") {
  Scenario scenario(EVERY_BACKEND, all);
  scenario.start("i", "EveryWay");
  scenario.raise("i", "Event", std::string("[1]"));
  scenario.raise("i", "Event", std::string("x"));
  REQUIRE(scenario.client().enqueue_event("i", "Queue", std::string("true")));
  const std::string told = scenario.wait("i").output();
  CHECK_THAT(told, Catch::Contains("event `Event`") && Catch::Contains("queue `Queue`") &&
                       Catch::Contains("activity `Say`"));
  CHECK(std::count(told.begin(), told.end(), '\n') == 4);
  CHECK_THAT(told, !Catch::Contains("it was decoded"));
}

TEST_CASE("undecodable: a rewind skips what code did not catch",
          "[undecodable][payloads][restore]") {
  Scenario scenario(EVERY_BACKEND, all);
  const ManagementClient management(scenario.store());
  scenario.start("cy", "Strict", 5);
  scenario.raise("cy", "ChangePrice", 1.0);
  scenario.raise("cy", "ChangePrice", std::string("notanumber"));
  const ErrorDetails details = scenario.failure_of("cy");
  CHECK(details.kind == ErrorKind::invalid_payload);
  CHECK(details.subject == "ChangePrice");

  const std::uint64_t bad = event_with(scenario, "cy", "notanumber");
  REQUIRE(bad != 0);
  RewindOptions options;
  options.skip = {1};
  CHECK(management.rewind_instance("cy", options).error().kind == ClientError::Kind::invalid_input);
  options.skip = {bad};
  REQUIRE(management.rewind_instance("cy", options));
  scenario.raise("cy", "ChangePrice", 2.0);
  scenario.raise("cy", "ChangePrice", 3.0);
  scenario.raise("cy", "ChangePrice", -1.0);
  CHECK(scenario.wait("cy").output() == "10");
}

TEST_CASE("undecodable: a message that waits is shown and dropped",
          "[undecodable][payloads][messages]") {
  Scenario scenario(EVERY_BACKEND, all);
  const ManagementClient management(scenario.store());
  scenario.start("cy", "Strict", 5);
  REQUIRE(management.pause(PauseScope::of_instance("cy")));
  scenario.raise("cy", "ChangePrice", std::string("notanumber"));
  scenario.raise("cy", "ChangePrice", 1.0);
  const auto waiting = management.list_messages("cy");
  REQUIRE(waiting);
  const auto bad = std::find_if(waiting->begin(), waiting->end(), [](const InstanceMessage& each) {
    return each.data == "notanumber";
  });
  REQUIRE(bad != waiting->end());
  CHECK(bad->place == MessagePlace::waiting);
  CHECK(bad->kind == "ExternalRaised");
  CHECK(bad->name == "ChangePrice");
  REQUIRE(management.drop_message("cy", bad->message_id));
  CHECK(management.drop_message("cy", bad->message_id).error().kind ==
        ClientError::Kind::invalid_input);
  scenario.check_sound();
  REQUIRE(management.resume(PauseScope::of_instance("cy")));
  scenario.raise("cy", "ChangePrice", -1.0);
  CHECK(scenario.wait("cy").output() == "5");
}

TEST_CASE("undecodable: what a failed instance keeps is shown and dropped",
          "[undecodable][payloads]") {
  Scenario scenario(EVERY_BACKEND, all);
  const ManagementClient management(scenario.store());
  scenario.start("cy", "Strict", 5);
  REQUIRE(management.pause(PauseScope::of_instance("cy")));
  scenario.raise("cy", "ChangePrice", std::string("notanumber"));
  scenario.raise("cy", "ChangePrice", std::string("nor this"));
  REQUIRE(management.resume(PauseScope::of_instance("cy")));
  REQUIRE(scenario.failure_of("cy").kind == ErrorKind::invalid_payload);
  const auto kept = management.list_messages("cy");
  REQUIRE(kept);
  REQUIRE(kept->size() == 1);
  CHECK(kept->front().place == MessagePlace::kept);
  CHECK(kept->front().data == "nor this");
  CHECK(management.get_instance_info("cy").value().kept_messages == 1);
  REQUIRE(management.drop_message("cy", kept->front().message_id));
  CHECK(management.get_instance_info("cy").value().kept_messages == 0);
  RewindOptions options;
  options.skip = {event_with(scenario, "cy", "notanumber")};
  REQUIRE(management.rewind_instance("cy", options));
  scenario.raise("cy", "ChangePrice", 1.0);
  scenario.raise("cy", "ChangePrice", -1.0);
  CHECK(scenario.wait("cy").output() == "5");
}

}  // namespace duroxide::undecodable_test
