// What people see of each result: all that it holds, and nothing of what it does not.

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <duroxide/management_types.hpp>

#include "cli/program.hpp"
#include "cli/views.hpp"
#include "gateway/json_types.hpp"
#include "gateway/time_text.hpp"
#include "screen.hpp"

namespace duroxide::cli_views_test {

using namespace duroxide::cli;
using namespace duroxide::cli::testing;
using Catch::Contains;
using duroxide::gateway::json_of;
using nlohmann::json;

namespace {

Timestamp at(const char* time) {
  return gateway::parse_time(time).value();
}

/// What the command `name`, given these arguments, shows of a result.
std::string view_of(const char* name, const json& arguments, const json& result,
                    ColorMode color = ColorMode::never) {
  const auto invocation = invocation_of(*command_named(name), arguments);
  INFO((invocation ? "" : invocation.error().message));
  REQUIRE(invocation);
  return seen_in_file([&](Output& output) { invocation->show(output, result); }, color);
}

/// The same with ends of lines and runs of blanks as one blank.
std::string words_of(const char* name, const json& arguments, const json& result) {
  std::string words;
  for (const char each : view_of(name, arguments, result)) {
    const bool is_blank = each == ' ' || each == '\n';
    if (!is_blank || (!words.empty() && words.back() != ' ')) {
      words += is_blank ? ' ' : each;
    }
  }
  return words;
}

InstanceInfo info(OrchestrationStatus status) {
  InstanceInfo info;
  info.instance_id = "order-7";
  info.orchestration_name = "Order";
  info.orchestration_version = "1.2.0";
  info.current_execution_id = 2;
  info.status = std::move(status);
  info.created_at = at("2026-01-31T08:15:00.250Z");
  info.updated_at = at("2026-02-01T09:00:00Z");
  info.event_count = 12;
  return info;
}

json shown(const InstanceInfo& info, const InstanceDetails& details = {}) {
  return {{"info", json_of(info)},
          {"executions", json_of(details.executions)},
          {"current_execution",
           details.current_execution ? json_of(*details.current_execution) : json()},
          {"damage", details.damage ? json(*details.damage) : json()},
          {"values", json::array()}};
}

const json order = {{"instance", "order-7"}};

}  // namespace

TEST_CASE("the command shows an instance, and only what is to be said of it",
          "[control][details]") {
  const std::string plain =
      words_of("show", order, shown(info(OrchestrationStatus(ExecutionStatus::running))));
  CHECK_THAT(plain, Contains("instance: order-7 orchestration: Order 1.2.0 status: Running "
                             "created: 2026-01-31 08:15:00 UTC") &&
                        Contains("execution: 2, with 12 events"));
  for (const char* label : {"parent:", "tags:", "held up by:", "keeps:", "damaged:",
                            "custom status:", "output:", "error:"}) {
    CHECK_THAT(plain, !Contains(label));
  }

  InstanceInfo full =
      info(OrchestrationStatus(OrchestrationStatus::Running{}).with_custom_status("half way", 3));
  full.parent_instance_id = "cart-1";
  full.tags = {"eu", "vip"};
  full.waiting_for = "waiting for registration of `Order`";
  full.kept_messages = 1;
  InstanceDetails details;
  details.damage = "event 3 cannot be read";
  details.executions.resize(2);
  details.executions[0] = {
      1, ExecutionStatus::continued_as_new, at("2026-01-31"), at("2026-02-01"), 40, 86'400'000};
  details.executions[1] = {
      2, ExecutionStatus::running, at("2026-02-01"), std::nullopt, 12, std::nullopt};
  const std::string all = words_of("show", order, shown(full, details));
  CHECK_THAT(all, Contains("custom status: half way") && Contains("parent: cart-1") &&
                      Contains("tags: eu, vip") &&
                      Contains("held up by: waiting for registration of `Order`") &&
                      Contains("keeps: 1 message that it did not take; a rewind delivers it") &&
                      Contains("damaged: event 3 cannot be read") &&
                      Contains("EXECUTION STATUS STARTED ENDED EVENTS") &&
                      Contains("1 ContinuedAsNew 2026-01-31 00:00:00 2026-02-01 00:00:00 40") &&
                      Contains("2 Running 2026-02-01 00:00:00 - 12"));
  full.kept_messages = 3;
  CHECK_THAT(words_of("show", order, shown(full)),
             Contains("keeps: 3 messages that it did not take; a rewind delivers them") &&
                 !Contains("EXECUTION STATUS"));
}

TEST_CASE("the command shows how an instance ended, and the way of its error",
          "[control][errors]") {
  CHECK_THAT(words_of("show", order, shown(info(OrchestrationStatus::Completed{"\x1b[31mred"}))),
             Contains("status: Completed output: \\x1b[31mred"));
  ErrorDetails boom = application_error(ErrorKind::activity_failed, "boom", "Charge");
  const std::string failed =
      words_of("show", order, shown(info(OrchestrationStatus::Failed{boom})));
  CHECK_THAT(failed, Contains("status: Failed error: boom") && !Contains("came through:"));
  boom.came_through({ErrorOrigin::Kind::activity, "Charge", "order-7", 1, 4});
  CHECK_THAT(words_of("show", order, shown(info(OrchestrationStatus::Failed{boom}))),
             Contains("came through: activity Charge of order-7") && !Contains("error data") &&
                 !Contains("retries:"));
  boom.do_not_retry = true;
  boom.data = ErrorData{"Declined", "{\"code\":\"B\"}"};
  CHECK_THAT(words_of("show", order, shown(info(OrchestrationStatus::Failed{boom}))),
             Contains("error data: Declined {\"code\":\"B\"} retries: none: the error says"));
  const auto enough = application_error(ErrorKind::cancelled, "enough");
  CHECK_THAT(words_of("show", order, shown(info(OrchestrationStatus::Failed{enough}))),
             Contains("status: Cancelled error: canceled: enough"));
}

TEST_CASE("the command shows what an instance waits for", "[control][details]") {
  const Timestamp since = at("2026-02-01T09:00:00Z");
  InstanceDetails details;
  ExecutionDetails& execution = details.current_execution.emplace();
  PendingActivity plain{3, "Charge", "", since, 2, {}, {}, 1, {}, {}, {}, "token"};
  PendingActivity beating = plain;
  beating.name = "Ship";
  beating.progress = "half way";
  PendingActivity held = plain;
  held.name = "Pack";
  held.waiting_for = "waiting for registration of `Pack`";
  execution.pending_activities = {plain, beating, held};
  execution.pending_timers = {{7, 60'000, since, at("2026-02-01T09:01:00Z")}};
  execution.pending_events = {{8, "Approved", since, false}, {9, "Items", since, true}};
  execution.pending_children = {{10, "Payment", "order-7::pay", since}};
  InstanceInfo running = info(OrchestrationStatus(ExecutionStatus::running));
  const std::string words = words_of("show", order, shown(running, details));
  CHECK_THAT(words, Contains("WAITS FOR NAME EVENT SINCE") && Contains("activity Charge 3 ") &&
                        Contains("progress: half way") &&
                        Contains("waiting for registration of `Pack`") && Contains("timer 7 ") &&
                        Contains("2026-02-01T09:01:00.000Z") && Contains("event Approved 8 ") &&
                        Contains("queue Items 9 ") && Contains("child Payment 10 ") &&
                        Contains("order-7::pay"));
  details.current_execution = ExecutionDetails();
  CHECK_THAT(words_of("show", order, shown(running, details)), !Contains("WAITS FOR"));
  json with_value = shown(running);
  with_value["values"] = json_of(std::vector<StoredValue>{{"stage", "paid", since, 4}});
  CHECK_THAT(words_of("show", order, with_value),
             Contains("KEY VALUE UPDATED stage paid 2026-02-01 09:00:00"));
}

TEST_CASE("the command tells what is stuck, in quarantine and paused", "[control][stuck]") {
  const Timestamp since = at("2026-02-01T09:00:00Z");
  const auto words = [&](const std::vector<StuckInstance>& stuck,
                         const std::vector<QuarantinedItem>& quarantined,
                         const std::vector<PausedItem>& paused, bool truncated) {
    return words_of("stuck", json::object(),
                    {{"instances", json_of(stuck)},
                     {"quarantined", json_of(quarantined)},
                     {"paused", json_of(paused)},
                     {"truncated", truncated}});
  };
  CHECK(words({}, {}, {}, false) == "nothing is stuck ");
  const std::string all =
      words({{"a", "Order", StuckKind::quarantined, "too often", since},
             {"b", "Order", StuckKind::damaged, "event 3", since},
             {"c", "Order", StuckKind::no_progress, "nobody", since}},
            {{"a", 0, 0, "", "too often", since}, {"d", 1, 4, "Charge", "5 deliveries", since}},
            {{{PauseScope::Kind::instance, "e"}, since},
             {{PauseScope::Kind::orchestration, "Order"}, since},
             {{PauseScope::Kind::store, ""}, since}},
            true);
  CHECK_THAT(all, Contains("a Order quarantined ") && Contains("b Order damaged ") &&
                      Contains("c Order no_progress ") &&
                      Contains("d activity Charge quarantined") && Contains("5 deliveries") &&
                      Contains("(orchestration) Order paused") && Contains("(store) paused") &&
                      Contains("there are more") && !Contains("(instance)"));
}

TEST_CASE("the command tells how the store does", "[control][overview]") {
  SystemMetrics metrics;
  metrics.total_instances = 12;
  metrics.queues = {1, 2, 3};
  metrics.store_bytes = 3 << 19;
  metrics.oldest_reader_age = Milliseconds(61'000);
  const std::string sound = words_of("stats", json::object(), json_of(metrics));
  CHECK_THAT(sound, Contains("instances: 12 ") && Contains("messages queued: 1 ") &&
                        Contains("activities queued: 2 timers: 3 ") && Contains("size: 1.5 MiB ") &&
                        Contains("oldest reader: 1m 1s") && Contains("reusable: 0.0 MiB") &&
                        !Contains("damaged pages"));
  metrics.damaged_pages = 2;
  CHECK_THAT(words_of("stats", json::object(), json_of(metrics)), Contains("damaged pages: 2"));
  json of_earlier = json_of(metrics);
  of_earlier.erase("store_file_bytes");
  CHECK_THAT(words_of("stats", json::object(), of_earlier), !Contains("reusable"));
  MetricFamily lengths;
  lengths.name = "x_seconds";
  lengths.unit = "seconds";
  lengths.kind = MetricKind::histogram;
  lengths.bounds = {0.001, 1};
  lengths.samples.resize(2);
  lengths.samples[0].labels = {{"activity", "Charge"}};
  lengths.samples[0].buckets = {3, 1, 0};
  lengths.samples[0].sum = 0.006;
  lengths.samples[0].count = 4;
  lengths.samples[1].buckets = {0, 0, 1};
  lengths.samples[1].sum = 60;
  lengths.samples[1].count = 1;
  MetricFamily size;
  size.name = "x_bytes";
  size.unit = "bytes";
  size.samples.resize(1);
  size.samples[0].value = 3 << 19;
  CHECK_THAT(words_of("metrics", json::object(),
                      {{"families", json::array({json_of(lengths), json_of(size)})}}),
             Contains("x_seconds activity=Charge 4 1.5 ms <= 1 ms <= 1 s") &&
                 Contains("x_seconds 1 60 s > 1 s > 1 s") && Contains("x_bytes 1.5 MiB"));
  SystemHealth health;
  health.health_score = 75;
  health.health_explanation = "3 of 4 completed";
  health.recent_failures = 1;
  CHECK_THAT(words_of("health", json::object(), json_of(health)),
             Contains("score: 75 of 100: 3 of 4 completed") && Contains("failed within 1h: 1"));
}

TEST_CASE("the command tells what a check of the store has found", "[control][verify]") {
  VerifyReport report;
  report.instances_checked = 3;
  report.records_checked = 40;
  report.complete = true;
  CHECK(words_of("verify", json::object(), json_of(report)) ==
        "40 records of 3 instances were checked: all is well ");
  report.problems = {{"work", "0102", "order-7", "the activity is missing"}};
  report.problem_count = 1;
  CHECK(words_of("verify", json::object(), json_of(report)) ==
        "40 records of 3 instances were checked: 1 problems TABLE INSTANCE KEY PROBLEM "
        "work order-7 0102 the activity is missing ");
  const auto judge = invocation_of(*command_named("verify"), json::object()).value().judge;
  CHECK(judge(json_of(report)) == ExitCode::problems);
  report.problems.clear();
  report.problem_count = 0;
  CHECK(judge(json_of(report)) == ExitCode::done);
}

TEST_CASE("the command draws a tree with a branch for each child", "[control][children]") {
  const auto node = [](const char* id, const char* parent) {
    InstanceSummary summary;
    summary.instance_id = id;
    summary.orchestration_name = "O";
    if (*parent != '\0') {
      summary.parent_instance = parent;
    }
    return summary;
  };
  InstanceTree tree;
  tree.root_id = "a";
  tree.instances = {node("a", ""), node("b", "a"), node("c", "a"), node("d", "b")};
  tree.instances[3].status = OrchestrationStatus(ExecutionStatus::cancelled);
  tree.instances[3].cancelled = true;
  CHECK(view_of("tree", {{"instance", "a"}}, json_of(tree)) ==
        "a  O  Running\n├─ b  O  Running\n│  └─ d  O  Cancelled\n└─ c  O  Running\n");
  json cut = json_of(tree);
  cut["truncated"] = true;
  CHECK_THAT(view_of("tree", {{"instance", "a"}}, cut),
             Catch::EndsWith(
                 "\nthere are more; see them with a higher --limit, or with `list --parent`\n"));
  CHECK(view_of("tree", {{"instance", "a"}}, {{"instances", json::array()}}).empty());
}

TEST_CASE("the command says what it has done", "[control]") {
  const json one = {{"instance_id", "i\n1"}};
  CHECK(view_of("cancel", order, one) == "i\\n1: asked to stop\n");
  CHECK(view_of("terminate", order, one) == "i\\n1: ended\n");
  CHECK(view_of("raise", {{"instance", "i"}, {"name", "E"}}, one) == "i\\n1: told\n");
  CHECK(view_of("release", order, {{"instance_id", "i"}, {"released", 2}}) == "i: 2 released\n");
  const json start = {{"orchestration", "O"}, {"instance", "i"}};
  CHECK(view_of("start", start, one) == "i\\n1: started\n");
  CHECK_THAT(view_of("start", start, {{"instance_id", "i"}, {"created", false}}),
             Contains("was there already"));
  CHECK_THAT(view_of("start", start, {{"instance_id", "i"}, {"created", true}, {"replaced", true}}),
             Contains("i: started, in the place of the one that had the id"));
  CHECK(view_of("pause", order, {{"scope", "instance"}, {"name", "i"}}) == "instance i: paused\n");
  CHECK(view_of("resume", {{"store", true}}, {{"scope", "store"}, {"name", ""}}) ==
        "store: resumed\n");
  CHECK(view_of("rewind", order, json_of(RestoredInstance{"i", 5, 2, 1})) ==
        "i: 5 events kept, 2 dropped, 1 activities scheduled\n");
  CHECK(view_of("prune", {{"instance", "i"}, {"keep_last", 1}}, json_of(PruneResult{1, 2, 30})) ==
        "2 executions deleted, with 30 events, of 1 instances\n");
  CHECK(view_of("delete", order, json_of(DeleteInstanceResult{1, 2, 30, 4})) ==
        "1 instances deleted, with 2 executions, 30 events and 4 messages\n");
  const json try_it = {{"instance", "i"}, {"dry_run", true}};
  CHECK(view_of("delete", try_it, {{"would_delete", json::array()}}) ==
        "nothing would be deleted\n");
  CHECK_THAT(
      view_of("delete", try_it, {{"would_delete", json_of(std::vector<InstanceSummary>(1))}}),
      Contains("would be deleted:\nINSTANCE"));
}

TEST_CASE("the command says what it has done to many, and what was refused", "[control][bulk]") {
  const json all = {{"all", true}, {"id_prefix", "x"}};
  BulkResult result;
  result.done = 12;
  CHECK(view_of("cancel", all, json_of(result)) == "12 instances asked to stop\n");
  CHECK(view_of("pause", all, json_of(result)) == "12 instances paused\n");
  CHECK(view_of("resume", all, json_of(result)) == "12 instances resumed\n");
  CHECK(view_of("terminate", all, json_of(result)) == "12 instances ended\n");
  CHECK(view_of("rewind", all, json_of(result)) == "12 instances rewound\n");
  const json to_all = {{"all", true}, {"instance", "Approved"}};
  CHECK(view_of("raise", to_all, json_of(result)) == "12 instances told\n");
  const auto invocation = invocation_of(*command_named("raise"), to_all).value();
  CHECK(invocation.request.arguments == json{{"all", true}, {"name", "Approved"}});
  CHECK(invocation.judge(json_of(result)) == ExitCode::done);
  CHECK_FALSE(invocation.notice(json_of(result)));
  result.unchanged = 2;
  result.refused = 3;
  result.refusals = {{"order-1", "it has\nended"}, {"order-22", "no"}};
  CHECK(view_of("cancel", all, json_of(result)) ==
        "12 instances asked to stop, 2 left as they are, 3 refused\n"
        "REFUSED   WHY\n"
        "order-1   it has\\nended\n"
        "order-22  no\n"
        "and 1 more\n");
  CHECK(invocation.judge(json_of(result)) == ExitCode::refused);
  const auto told = invocation.notice(json_of(result));
  REQUIRE(told);
  CHECK_THAT(told->message, Contains("refused: 3; the result says"));
  CHECK(told->warning == "refused");
  result.stopped_by = ClientError{ClientError::Kind::storage_error, "the disk is full"};
  CHECK(json_of(result)["stopped_by"]["kind"] == "failed");
  CHECK_THAT(view_of("cancel", all, json_of(result)), Contains("12 instances asked to stop"));
  CHECK(invocation.judge(json_of(result)) == ExitCode::failed);
  CHECK(invocation.notice(json_of(result))->message ==
        "it was not done to the rest: the disk is full");
  const json dry = {{"all", true}, {"dry_run", true}};
  CHECK(view_of("pause", dry, {{"would_pause", json::array()}}) == "nothing would be paused\n");
  CHECK_THAT(view_of("cancel", dry, {{"would_cancel", json_of(std::vector<InstanceSummary>(1))}}),
             Contains("would be asked to stop:\nINSTANCE") &&
                 Contains("\nand their children with them\n"));
  CHECK_THAT(view_of("pause", dry, {{"would_pause", json_of(std::vector<InstanceSummary>(1))}}),
             !Contains("children"));
}

TEST_CASE("the command asks with a number what it is about to do to many, and to what with them",
          "[control][bulk]") {
  const auto asked = [](const char* command) {
    const auto invocation = invocation_of(*command_named(command), {{"all", true}}).value();
    CHECK(invocation.preview->arguments["only_count"] == true);
    return invocation.question({{"count", 7}});
  };
  CHECK(asked("pause") == "Pause 7 instances?");
  CHECK(asked("cancel") == "Ask 7 instances to stop, and their children with them?");
  CHECK_THAT(asked("terminate"), Contains("End 7 instances for good, and their children"));
  CHECK_THAT(asked("rewind"), Contains("Rewind 7 instances, and their failed children"));
}

TEST_CASE("the command says what stays paused although everything was resumed",
          "[control][bulk][pause]") {
  const auto invocation = invocation_of(*command_named("resume"), {{"all", true}}).value();
  json result = json_of(BulkResult());
  CHECK_FALSE(invocation.notice(result));
  result["still_paused"] = json::array(
      {{{"scope", "store"}, {"name", ""}}, {{"scope", "orchestration"}, {"name", "Ship"}}});
  CHECK_THAT(invocation.notice(result)->message, Contains("`resume --everything`") &&
                                                     Contains("the orchestration Ship is paused") &&
                                                     Contains("`resume --orchestration`"));
}

TEST_CASE("what cannot be undone is asked for, with how much it would hit", "[control][delete]") {
  const auto question = [](const char* name, const json& arguments, const json& preview) {
    const auto invocation = invocation_of(*command_named(name), arguments);
    REQUIRE(invocation);
    return invocation->question ? invocation->question(preview) : "(none)";
  };
  const json two = {{"would_delete", json::array({json::object(), json::object()})}};
  CHECK(question("delete", {{"id_prefix", "x"}}, two) ==
        "Delete 2 instances (and what is below them) for good?");
  CHECK(question("delete", {{"instance", "x"}, {"dry_run", true}}, two) == "(none)");
  CHECK(question("prune", {{"id_prefix", "x"}, {"keep_last", 1}}, {{"count", 9}}) ==
        "Prune up to 9 instances?");
  CHECK(question("prune", {{"id_prefix", "x"}, {"keep_last", 1}, {"limit", 4}}, {{"count", 9}}) ==
        "Prune up to 4 instances?");
  CHECK(question("cancel", order, json()) == "(none)");
  const auto all = [&](const char* name, json more = json::object()) {
    more["all"] = true;
    return question(name, more, {{"count", 2}});
  };
  CHECK(all("cancel") == "Ask 2 instances to stop, and their children with them?");
  CHECK(all("pause") == "Pause 2 instances?");
  CHECK(all("resume") == "Resume 2 instances?");
  CHECK(all("raise", {{"instance", "E"}}) == "Send it to 2 instances?");
  CHECK_THAT(all("terminate"), Contains("End 2 instances for good"));
  CHECK_THAT(all("rewind"),
             Contains("Rewind 2 instances, and their failed children with them, and drop"));
  CHECK(all("rewind", {{"dry_run", true}}) == "(none)");
  const json start = {{"orchestration", "O"}, {"instance", "i"}};
  CHECK(question("start", start, json()) == "(none)");
  json replace = start;
  replace["reuse"] = "terminate";
  CHECK_THAT(question("start", replace, json()), Contains("end it and delete it for good"));
  replace["reuse"] = "use-existing";
  CHECK(question("start", replace, json()) == "(none)");
}

}  // namespace duroxide::cli_views_test
