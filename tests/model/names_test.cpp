// The names of kinds and states, which people read in messages, logs, listings and exports.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <duroxide/changes.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/status.hpp>
#include <duroxide/status_filter.hpp>

#include "support/expect_abort.hpp"

namespace duroxide::names_test {

namespace {

/// What the enumerators are called, from the first to `last`.
template <class Enum>
std::vector<std::string> names_up_to(Enum last) {
  std::vector<std::string> names;
  for (int number = 0; number <= static_cast<int>(last); ++number) {
    names.emplace_back(to_string(static_cast<Enum>(number)));
  }
  return names;
}

/// A value that this release has no name for, as a store of a later one may hold.
template <class Enum>
std::string name_of_unknown() {
  return std::string(to_string(static_cast<Enum>(200)));
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("errors are called what they are, each kind by a name of its own", "[errors]") {
  CHECK(names_up_to(ErrorCategory::poison) ==
        Names{"infrastructure", "configuration", "application", "poison"});
  CHECK(names_up_to(ErrorKind::cancellation_ignored) ==
        Names{"activity failed", "orchestration failed", "unhandled exception", "canceled",
              "nondeterministic", "spurious suspension", "limit exceeded", "invalid payload",
              "instance already exists", "storage", "poisoned orchestration", "poisoned activity",
              "invalid input", "attempt timed out", "timed out", "cancellation ignored"});
  CHECK(names_up_to(ProviderError::Kind::cancelled) ==
        Names{"storage", "disk full", "permission denied", "not a directory", "foreign store",
              "newer format", "corrupt", "in use", "closed", "invalid input", "invalid lock token",
              "instance not found", "instance already exists", "instance finished",
              "activity not found", "read only", "no store", "not available", "cancelled"});
  CHECK(names_up_to(ClientError::Kind::cancelled) ==
        Names{"storage error", "instance not found", "invalid instance", "timeout",
              "invalid filter", "invalid input", "instance already exists", "instance finished",
              "execution not found", "management not available", "invalid payload",
              "activity not found", "read only", "would deadlock", "update refused",
              "update failed", "query failed", "start refused", "cancelled"});
}

TEST_CASE("a kind of error that has no name is told as unknown", "[errors]") {
  CHECK(name_of_unknown<ErrorCategory>() == "unknown");
  CHECK(name_of_unknown<ErrorKind>() == "unknown");
  CHECK(name_of_unknown<ProviderError::Kind>() == "unknown");
  CHECK(name_of_unknown<ClientError::Kind>() == "unknown");
  CHECK(name_of_unknown<LogLevel>() == "unknown");
  CHECK(name_of_unknown<ExecutionStatus>() == "Unknown");
}

TEST_CASE("an error says its kind, unless it is the user's own words", "[errors]") {
  for (int number = 0; number <= static_cast<int>(ErrorKind::cancellation_ignored); ++number) {
    const auto kind = static_cast<ErrorKind>(number);
    const bool is_users =
        kind == ErrorKind::activity_failed || kind == ErrorKind::orchestration_failed;
    const std::string before = is_users ? "" : std::string(to_string(kind)) + ": ";
    CHECK(application_error(kind, "words").to_string() == before + "words");
    CHECK(application_error(kind, "words").is_cancelled() == (kind == ErrorKind::cancelled));
  }
}

TEST_CASE("an error of a store says what was asked of it, if it was asked something", "[errors]") {
  CHECK(ProviderError{ProviderError::Kind::disk_full, "", "free some", false}.to_string() ==
        "disk full: free some");
  CHECK(ProviderError{ProviderError::Kind::closed, "enqueue", "open it again", false}.to_string() ==
        "enqueue: closed: open it again");
}

TEST_CASE("the way of an error names each place, the first first", "[errors]") {
  using Kind = ErrorOrigin::Kind;
  ErrorDetails details = application_error(ErrorKind::activity_failed, "boom");
  CHECK(details.describe_chain().empty());
  details.came_through({Kind::activity, "Charge", "order-7::sub::1.3", 1, 4});
  CHECK(details.describe_chain() == "activity Charge of order-7::sub::1.3");
  details.came_through({Kind::orchestration, "Payment", "order-7::sub::1.3", 1, 0});
  details.came_through({Kind::orchestration, "Order", "order-7", 2, 0});
  CHECK(details.describe_chain() ==
        "activity Charge of order-7::sub::1.3, orchestration Payment (order-7::sub::1.3), "
        "orchestration Order (order-7)");
  // Whoever fails an activity by its token knows no name.
  ErrorDetails by_token = application_error(ErrorKind::activity_failed, "boom");
  by_token.came_through({Kind::activity, "", "order-7", 1, 4});
  CHECK(by_token.describe_chain() == "activity 4 of order-7");
}

TEST_CASE("of a long way the first and the last places are kept", "[errors][limits]") {
  ErrorDetails details = application_error(ErrorKind::orchestration_failed, "boom");
  const std::size_t places = ErrorDetails::max_origins + 5;
  for (std::size_t place = 0; place < places; ++place) {
    details.came_through({ErrorOrigin::Kind::orchestration, std::to_string(place), "i", 1, 0});
  }
  REQUIRE(details.chain.size() == ErrorDetails::max_origins);
  CHECK(details.chain.front().name == "0");
  CHECK(details.chain[ErrorDetails::max_origins / 2 - 1].name == "7");
  CHECK(details.chain.back().name == std::to_string(places - 1));
}

TEST_CASE("what management lists is called what it is", "[stuck][messages][pause][changes]") {
  CHECK(names_up_to(StuckKind::damaged) ==
        Names{"waiting", "quarantined", "paused", "no_progress", "damaged"});
  CHECK(names_up_to(MessagePlace::unread) == Names{"waiting", "delayed", "kept", "unread"});
  CHECK(names_up_to(PauseScope::Kind::store) == Names{"instance", "orchestration", "store"});
  CHECK(names_up_to(ChangeKind::deleted) == Names{"started", "completed", "failed", "cancelled",
                                                  "continued_as_new", "custom_status", "progressed",
                                                  "restored", "deleted"});
}

TEST_CASE("the names of log levels are those that a log has", "[log]") {
  CHECK(names_up_to(LogLevel::error) == Names{"trace", "debug", "info", "warn", "error"});
}

TEST_CASE("each state of an execution makes the status of an instance", "[status]") {
  CHECK(names_up_to(ExecutionStatus::cancelled) ==
        Names{"Running", "Completed", "Failed", "ContinuedAsNew", "Cancelled"});
  const auto status = [](ExecutionStatus kind) { return OrchestrationStatus(kind); };
  CHECK(status(ExecutionStatus::running).is_running());
  CHECK(status(ExecutionStatus::completed).is_completed());
  CHECK(status(ExecutionStatus::failed).is_failed());
  CHECK_FALSE(status(ExecutionStatus::failed).is_cancelled());
  CHECK(status(ExecutionStatus::cancelled).is_cancelled());
  CHECK(status(ExecutionStatus::continued_as_new).is_running());
  for (const auto kind : {ExecutionStatus::running, ExecutionStatus::completed,
                          ExecutionStatus::failed, ExecutionStatus::cancelled}) {
    CHECK(status(kind) == kind);
    CHECK(std::string(to_string(status(kind))) == std::string(to_string(kind)));
  }
  CHECK(to_string(OrchestrationStatus()) == "NotFound");
  const OrchestrationStatus::State state = OrchestrationStatus::Completed{"7"};
  CHECK(OrchestrationStatus(state).output() == "7");
  CHECK(OrchestrationStatus(
            OrchestrationStatus::Failed{application_error(ErrorKind::activity_failed, "boom")})
            .to_string() == "Failed: boom");
}

TEST_CASE("a filter is read from the name that it is told by, in any case", "[status][listing]") {
  for (const char* name : {"Running", "Completed", "Failed", "Cancelled", "Paused"}) {
    const auto filter = StatusFilter::parse(name);
    REQUIRE(filter);
    CHECK(to_string(*filter) == name);
    std::string loud = name;
    for (char& each : loud) {
      each = each >= 'a' && each <= 'z' ? static_cast<char>(each - 32) : each;
    }
    const auto same = StatusFilter::parse(loud);
    REQUIRE(same);
    CHECK(to_string(*same) == name);
  }
  for (const char* name : {"", "Runnin", "Runnings", "[unning", "{unning", "Zombie"}) {
    CHECK_FALSE(StatusFilter::parse(name));
  }
}

TEST_CASE("a line of a log names the event that it is about", "[log]") {
  LogRecord record;
  record.message = "an activity takes long";
  record.activity = "Charge";
  CHECK(to_line(record) == "an activity takes long activity=Charge");
  record.event_id = 7;
  CHECK(to_line(record) == "an activity takes long activity=Charge event=7");
}

TEST_CASE("standard error gets the records of its level, and of those above", "[log]") {
  for (int least = 0; least <= static_cast<int>(LogLevel::error); ++least) {
    const auto ending = duroxide::testing::ending_of([&] {
      const LogSink sink = stderr_log_sink(static_cast<LogLevel>(least));
      for (int level = 0; level <= static_cast<int>(LogLevel::error); ++level) {
        LogRecord record;
        record.level = static_cast<LogLevel>(level);
        record.message = "said at " + std::string(to_string(record.level));
        sink(record);
      }
    });
    for (int level = 0; level <= static_cast<int>(LogLevel::error); ++level) {
      const std::string said = "said at " + std::string(to_string(static_cast<LogLevel>(level)));
      CHECK((ending.on_stderr.find(said) != std::string::npos) == (level >= least));
    }
  }
}

}  // namespace duroxide::names_test
