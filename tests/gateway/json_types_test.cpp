// What management shows, as JSON.

#include <catch2/catch.hpp>

#include "gateway/json_types.hpp"

using namespace duroxide;
using namespace duroxide::gateway;
using nlohmann::json;

TEST_CASE("control JSON: an instance, with what it does not have as null", "[control]") {
  InstanceSummary summary;
  summary.instance_id = "i";
  summary.orchestration_name = "O";
  summary.version = "1.0.0";
  summary.status = OrchestrationStatus::Failed{application_error(ErrorKind::cancelled, "enough")};
  summary.cancelled = true;
  summary.created_at = from_milliseconds(0);
  summary.updated_at = from_milliseconds(1);
  summary.execution_count = 2;
  summary.tags = {"t"};
  json value = json_of(summary);
  CHECK(value["instance_id"] == "i");
  CHECK(value["orchestration_name"] == "O");
  CHECK(value["version"] == "1.0.0");
  CHECK(value["status"] == "Cancelled");
  CHECK(value["cancelled"] == true);
  CHECK(value["error"]["message"] == "enough");
  CHECK(value["created_at"] == "1970-01-01T00:00:00.000Z");
  CHECK(value["updated_at"] == "1970-01-01T00:00:00.001Z");
  CHECK(value["execution_count"] == 2);
  CHECK(value["parent_instance"].is_null());
  CHECK(value["parent_id"].is_null());
  CHECK(value["tags"] == json{"t"});
  summary.status = ExecutionStatus::running;
  summary.parent_instance = "p";
  summary.parent_id = 7;
  value = json_of(summary);
  CHECK(value["parent_instance"] == "p");
  CHECK(value["parent_id"] == 7);
  CHECK(value["status"] == "Running");
  CHECK(value["error"].is_null());
}

TEST_CASE("control JSON: each state of an instance", "[control]") {
  CHECK(json_of(OrchestrationStatus())["state"] == "NotFound");
  CHECK(json_of(OrchestrationStatus(OrchestrationStatus::Running{}))["state"] == "Running");
  const json done = json_of(OrchestrationStatus(OrchestrationStatus::Completed{"\xff"}));
  CHECK(done["state"] == "Completed");
  CHECK(done["output"] == json{{"base64", "/w=="}});
  ErrorDetails details;
  details.kind = ErrorKind::cancelled;
  details.message = "too late";
  const json cancelled = json_of(
      OrchestrationStatus(OrchestrationStatus::Failed{details}).with_custom_status("half", 3));
  CHECK(cancelled["state"] == "Cancelled");
  CHECK(cancelled["cancelled"] == true);
  CHECK(cancelled["error"]["message"] == "too late");
  CHECK(cancelled["custom_status"] == "half");
  CHECK(cancelled["custom_status_version"] == 3);
  CHECK_FALSE(cancelled["error"].contains("do_not_retry"));
  CHECK_FALSE(cancelled["error"].contains("data"));
  details.do_not_retry = true;
  details.data = ErrorData{"Declined", "{}"};
  const json declined = json_of(details);
  CHECK(declined["do_not_retry"] == true);
  CHECK(declined["data"] == json{{"type", "Declined"}, {"payload", "{}"}});
  details.kind = ErrorKind::activity_failed;
  CHECK(json_of(OrchestrationStatus(OrchestrationStatus::Failed{details}))["state"] == "Failed");
}

TEST_CASE("control JSON: what an execution waits for", "[control]") {
  ExecutionDetails details;
  details.execution_id = 4;
  PendingActivity activity;
  activity.name = "A";
  activity.progress = "half";
  activity.progress_at = from_milliseconds(5);
  details.pending_activities = {activity};
  details.pending_timers = {{2, 100, from_milliseconds(0), from_milliseconds(100)}};
  details.pending_events = {{3, "E", from_milliseconds(0), true}};
  details.pending_children = {{4, "C", "i/c", from_milliseconds(0)}};
  const json value = json_of(details);
  CHECK(value["pending_activities"][0]["progress"] == "half");
  CHECK(value["pending_activities"][0]["progress_at"] == "1970-01-01T00:00:00.005Z");
  CHECK(value["pending_activities"][0]["waiting_for"].is_null());
  CHECK(value["pending_timers"][0]["fire_at"] == "1970-01-01T00:00:00.100Z");
  CHECK(value["pending_events"][0]["is_queue"] == true);
  CHECK(value["pending_children"][0]["instance"] == "i/c");
}

TEST_CASE("control JSON: an integrity check with problems", "[control]") {
  VerifyReport report;
  report.problem_count = 1;
  report.problems = {{"history", "00ff", "i", "is torn"}};
  const json value = json_of(report);
  CHECK(value["clean"] == false);
  CHECK(value["problems"][0] ==
        json{{"table", "history"}, {"key", "00ff"}, {"instance_id", "i"}, {"what", "is torn"}});
  CHECK(json_of(VerifyReport())["clean"] == true);
  CHECK(json_of(std::vector<QuarantinedItem>()) == json::array());
}

TEST_CASE("control JSON: what is held up, and why", "[control][stuck]") {
  CHECK(json_of(QuarantinedItem{"i", 2, 7, "Charge", "\xff", from_milliseconds(0)}) ==
        json{{"instance_id", "i"},
             {"execution_id", 2},
             {"event_id", 7},
             {"activity_name", "Charge"},
             {"reason", {{"base64", "/w=="}}},
             {"since", "1970-01-01T00:00:00.000Z"}});
  CHECK(json_of(PausedItem{PauseScope::of_instance("i"), from_milliseconds(0)}) ==
        json{{"scope", "instance"}, {"name", "i"}, {"since", "1970-01-01T00:00:00.000Z"}});
  CHECK(json_of(StuckInstance{"i", "O", StuckKind::damaged, "event 3", from_milliseconds(0)}) ==
        json{{"instance_id", "i"},
             {"orchestration_name", "O"},
             {"kind", "damaged"},
             {"waiting_for", "event 3"},
             {"since", "1970-01-01T00:00:00.000Z"}});
  CHECK(json_of(InstanceMessage{3, MessagePlace::kept, "ExternalRaised", "Go", 0, "data"}) ==
        json{{"message_id", 3},
             {"place", "kept"},
             {"kind", "ExternalRaised"},
             {"name", "Go"},
             {"event_id", 0},
             {"data", "data"}});
}
