// What a client says of a wrong argument before anything is sent, and of a store's refusal.

#include <string>

#include <catch2/catch.hpp>

#include "client/bulk_targets.hpp"
#include "client/client_errors.hpp"

namespace duroxide::client_arguments_test {

using namespace std::chrono_literals;
using Catch::Contains;
using Kind = ClientError::Kind;

namespace {

/// What is said of the argument that the check has refused, with its kind before it.
std::string refusal(const client::Checked& checked) {
  REQUIRE_FALSE(checked);
  return std::string(to_string(checked.error().kind)) + ": " + checked.error().message;
}

std::string of_filter(void (*change)(InstanceFilter&)) {
  InstanceFilter filter;
  CHECK(client::check_filter(filter));
  change(filter);
  return refusal(client::check_filter(filter));
}

const Result<std::string, std::string> good = std::string("\"good\"");
const Result<std::string, std::string> unencodable = failure(std::string("it has no end"));

}  // namespace

TEST_CASE("client errors: each refusal of a store has the kind that a caller can act on",
          "[client][errors]") {
  using Store = ProviderError::Kind;
  struct Row {
    Store of_store;
    Kind of_client;
  };
  for (const auto& [of_store, of_client] : {
           Row{Store::storage, Kind::storage_error},
           Row{Store::disk_full, Kind::storage_error},
           Row{Store::permission_denied, Kind::storage_error},
           Row{Store::not_a_directory, Kind::storage_error},
           Row{Store::foreign_store, Kind::storage_error},
           Row{Store::newer_format, Kind::storage_error},
           Row{Store::corrupt, Kind::storage_error},
           Row{Store::in_use, Kind::storage_error},
           Row{Store::closed, Kind::storage_error},
           Row{Store::invalid_lock_token, Kind::storage_error},
           Row{Store::no_store, Kind::storage_error},
           Row{Store::invalid_input, Kind::invalid_input},
           Row{Store::instance_not_found, Kind::instance_not_found},
           Row{Store::instance_already_exists, Kind::instance_already_exists},
           Row{Store::instance_finished, Kind::instance_finished},
           Row{Store::activity_not_found, Kind::activity_not_found},
           Row{Store::read_only, Kind::read_only},
           Row{Store::not_available, Kind::management_not_available},
           Row{Store::cancelled, Kind::cancelled},
       }) {
    CAPTURE(to_string(of_store));
    const auto error = client::client_error({of_store, "enqueue", "why", false});
    CHECK(error.kind == of_client);
    // What the caller has no kind for is named, with what was asked.
    CHECK(error.message == (of_client == Kind::storage_error
                                ? "enqueue: " + std::string(to_string(of_store)) + ": why"
                                : "why"));
  }
}

TEST_CASE("client errors: what is not there, not in time or not offered is named",
          "[client][errors]") {
  CHECK(client::not_found("i").message == "there is no instance i");
  CHECK(client::timed_out("instance i has not finished", 250ms).message ==
        "instance i has not finished within 250 ms");
  CHECK_THAT(client::activity_not_found({"i", 1, 2}).message,
             Contains("no activity ") && Contains("has ended, was cancelled, or never was"));
  CHECK(client::no_management().kind == Kind::management_not_available);
}

TEST_CASE("client arguments: of a start each is named that is wrong", "[client][starts][limits]") {
  const auto of_start = [](const StartOptions& options) {
    return refusal(client::check_start("i", "O", good, options));
  };
  CHECK(client::check_start("i", "O", good, StartOptions().version("1.2.3").parent("p").tag("t")));
  CHECK_THAT(refusal(client::check_start("", "O", good, {})), Contains("invalid instance: "));
  CHECK_THAT(refusal(client::check_start("i", "", good, {})),
             Contains("invalid input: ") && Contains("orchestration name"));
  CHECK_THAT(refusal(client::check_start("i", "O", unencodable, {})), Contains("it has no end"));
  CHECK_THAT(of_start(StartOptions().version("one")), Contains("one"));
  CHECK_THAT(of_start(StartOptions().parent("")), Contains("invalid input: the parent: "));
  CHECK_THAT(of_start(StartOptions().tag("")), Contains("tag"));
  CHECK_THAT(of_start(StartOptions().delay(-1ms)), Contains("the delay is negative"));
}

TEST_CASE("client arguments: of an activity's token and what is said about it",
          "[client][tokens][limits]") {
  const ActivityToken token{"i", 1, 2};
  CHECK(client::check_token(token));
  CHECK_THAT(refusal(client::check_token({"", 1, 2})), Contains("invalid instance: "));
  for (const ActivityToken& none : {ActivityToken{"i", 0, 2}, ActivityToken{"i", 1, 0}}) {
    CHECK_THAT(refusal(client::check_token(none)), Contains("counted from 1"));
    CHECK_FALSE(client::check_result(none, good));
    CHECK_FALSE(client::check_failure(none, "why"));
    CHECK_FALSE(client::check_heartbeat(none, good));
  }
  CHECK(client::check_result(token, good));
  CHECK_THAT(refusal(client::check_result(token, unencodable)), Contains("it has no end"));
  CHECK(client::check_heartbeat(token, good));
  CHECK_THAT(refusal(client::check_heartbeat(token, unencodable)), Contains("it has no end"));
  CHECK(client::check_failure(token, "why"));
}

TEST_CASE("client arguments: of a filter each is named that no instance can match",
          "[client][listing][limits]") {
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.status.emplace(); }),
             Contains("invalid filter: the list of statuses is empty"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.status = {OrchestrationStatus()}; }),
             Contains("never NotFound"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.status = {ExecutionStatus::continued_as_new}; }),
             Contains("never ContinuedAsNew"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.orchestration_name = ""; }),
             Contains("orchestration name"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.parent_instance = ""; }),
             Contains("invalid filter: "));
  CHECK_THAT(of_filter([](InstanceFilter& f) {
               f.created_after = from_milliseconds(2);
               f.created_before = from_milliseconds(2);
             }),
             Contains("created_after is not before created_before"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.limit = 0; }), Contains("the limit is 0"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.id_prefix = ""; }),
             Contains("the id_prefix has 0 bytes"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.id_prefix = std::string(300, 'x'); }),
             Contains("the id_prefix has 300 bytes"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.search = ""; }),
             Contains("the text to search for has 0 bytes"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.search = std::string(1001, 'x'); }),
             Contains("1001 bytes; 1 to 1,000 will do"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.tags = {"good", ""}; }), Contains("tag"));
  CHECK_THAT(of_filter([](InstanceFilter& f) { f.version = "one"; }), Contains("one"));
  InstanceFilter all;
  all.status = {ExecutionStatus::running, StatusFilter::paused()};
  all.orchestration_name = "O";
  all.parent_instance = "p";
  all.created_after = from_milliseconds(1);
  all.created_before = from_milliseconds(2);
  all.limit = 1;
  all.id_prefix = "\xc3";  // half of a character
  all.tags = {"t"};
  all.version = "1.2.3";
  CHECK(client::check_filter(all));
  CHECK(client::check_page(all, 10'000));
  CHECK_THAT(refusal(client::check_page(all, 0)), Contains("a page of 0 instances"));
  CHECK_THAT(refusal(client::check_page(all, 10'001)), Contains("a page of 10001 instances"));
}

TEST_CASE("client arguments: of what changes an instance each is named that is wrong",
          "[client][management][limits]") {
  CHECK_THAT(refusal(client::check_event("i", "", good, RaiseOptions())), Contains("event name"));
  CHECK_THAT(refusal(client::check_event("i", "E", unencodable, RaiseOptions())),
             Contains("it has no end"));
  CHECK_THAT(refusal(client::check_queue_message("i", "", good, RaiseOptions())),
             Contains("queue name"));
  CHECK_THAT(refusal(client::check_cancel("", "why")), Contains("invalid instance: "));
  CHECK(client::check_timeout(0ms));
  CHECK_THAT(refusal(client::check_timeout(-1ms)), Contains("the timeout is negative"));
  CHECK_THAT(refusal(client::check_key("i", "")), Contains("invalid input: "));
  PruneOptions options;
  CHECK_THAT(refusal(client::check_prune(options)), Contains("neither keep_last nor"));
  options.keep_last = 1;
  CHECK(client::check_prune("i", options));
  CHECK_THAT(refusal(client::check_prune("", options)), Contains("invalid instance: "));
  options = {};
  options.completed_before = from_milliseconds(1);
  CHECK(client::check_prune(options));
  CHECK(client::check_pause(PauseScope()));
  CHECK(client::check_pause(PauseScope::of_instance("i")));
  CHECK_THAT(refusal(client::check_pause(PauseScope::of_instance(""))),
             Contains("invalid instance: "));
  CHECK_THAT(refusal(client::check_pause({PauseScope::Kind::orchestration, ""})),
             Contains("orchestration name"));
  CHECK(client::check_fork("i", "j"));
  CHECK_THAT(refusal(client::check_fork("", "j")), !Contains("the new instance"));
  CHECK_THAT(refusal(client::check_fork("i", "")), Contains("the new instance: "));
}

TEST_CASE("client arguments: of a subscription each is named that is wrong",
          "[client][changes][limits]") {
  ChangeFilter filter;
  CHECK(client::check_changes(filter, 1'000'000));
  CHECK_THAT(refusal(client::check_changes(filter, 0)), Contains("a capacity of 0 changes"));
  CHECK_THAT(refusal(client::check_changes(filter, 1'000'001)), Contains("a capacity of 1000001"));
  filter.orchestration_name = "";
  CHECK_THAT(refusal(client::check_changes(filter, 1)), Contains("orchestration name"));
  filter.orchestration_name = "O";
  CHECK(client::check_changes(filter, 1));
  filter.instance = "";
  CHECK_THAT(refusal(client::check_changes(filter, 1)), Contains("invalid instance: "));
}

TEST_CASE("client errors: what is to be done to many is checked before any is asked for",
          "[client][errors][bulk]") {
  CHECK(client::check_action(BulkAction::pause()));
  CHECK(client::check_action(BulkAction::resume()));
  CHECK(client::check_action(BulkAction::rewind()));
  CHECK(client::check_action(BulkAction::cancel()));
  CHECK(client::check_action(BulkAction::terminate()));
  CHECK(client::check_action(BulkAction::raise("E", "data")));
  CHECK(client::check_action(BulkAction::enqueue("Q")));
  CHECK_THAT(refusal(client::check_action(BulkAction::raise(""))), Contains("event name"));
  CHECK_THAT(refusal(client::check_action(BulkAction::enqueue(""))), Contains("queue name"));
  CHECK(client::check_action(BulkAction::enqueue("Q", "data", "k")));
  CHECK_THAT(refusal(client::check_action(BulkAction::enqueue("Q", "data", ""))),
             Contains("key of the message"));
}

}  // namespace duroxide::client_arguments_test
