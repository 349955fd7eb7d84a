// Errors of the application's own: they say whether to try again, and hold what their author put in.

#include <atomic>
#include <memory>
#include <string>

#include "scenario.hpp"

namespace duroxide::application_errors_test {

using namespace duroxide::scenario;

namespace {

struct Declined {
  std::string code;
  int limit = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(code), CEREAL_NVP(limit));
  }
};
struct Offline {
  std::string host;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(host));
  }
};

constexpr ErrorType<Declined> declined{"Declined"};
constexpr ErrorType<Offline> offline{"Offline"};

ActivityOptions stubborn() {
  return ActivityOptions().retry(RetryPolicy().max_attempts(10).backoff(Backoff::none()));
}

/// Handles what it can.
Task<std::string> pay(OrchestrationContext context, std::string how) {
  std::string said;
  try {
    said = co_await context.schedule_activity("Charge", how, stubborn());
  } catch (const ActivityFailed& failed) {
    if (const auto why = declined.in(failed.details())) {
      said = "declined: " + why->code + ", limit " + std::to_string(why->limit);
    } else if (const auto where = offline.in(failed.details())) {
      said = "offline: " + where->host;
    } else {
      said = "failed: " + failed.details().message;
    }
  }
  co_return said;
}

/// Handles nothing.
Task<std::string> trust(OrchestrationContext context, std::string how) {
  const std::string receipt = co_await context.schedule_activity("Charge", how, stubborn());
  co_return receipt;
}

/// Tries the child again and again, if that is any use.
Task<std::string> insist(OrchestrationContext context, std::string how) {
  const auto options =
      SubOrchestrationOptions().retry(RetryPolicy().max_attempts(10).backoff(Backoff::none()));
  const std::string receipt = co_await context.schedule_sub_orchestration("Trust", how, options);
  co_return receipt;
}

/// Fails by itself.
Task<std::string> refuse(OrchestrationContext context, std::string how) {
  context.set_custom_status(how);
  const Declined why{how, 9};
  throw declined("refused", why).do_not_retry();
  co_return how;
}

struct Registrations {
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Pay", pay)
        .register_orchestration("Trust", trust)
        .register_orchestration("Insist", insist)
        .register_orchestration("Refuse", refuse)
        .register_activity(
            "Charge",
            [calls = calls](const std::string& how) -> Result<std::string, ApplicationError> {
              ++*calls;
              if (how == "throws") {
                throw declined("blocked", Declined{"B", 1}).do_not_retry();
              }
              if (how == "returns") {
                return failure(declined("blocked", {"R", 2}).do_not_retry());
              }
              if (how == "plain") {
                throw ApplicationError("no such account").do_not_retry();
              }
              if (how == "large") {
                throw offline("large", {std::string(100'000, 'x')}).do_not_retry();
              }
              throw offline("no answer", {"bank"});
            });
  }
};

}  // namespace

TEST_CASE("application errors: one that says so is not tried again, and its data is read",
          "[errors][retry][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations,
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  CHECK(s.run("throws", "Pay", "throws").output() == "declined: B, limit 1");
  CHECK(s.run("returns", "Pay", "returns").output() == "declined: R, limit 2");
  CHECK(s.run("plain", "Pay", "plain").output() == "failed: no such account");
  CHECK(*registrations.calls == 3);
}

TEST_CASE("application errors: others are tried again, and the last one's data is read",
          "[errors][retry][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  CHECK(s.run("i", "Pay", "offline").output() == "offline: bank");
  CHECK(*registrations.calls == 10);
}

TEST_CASE("application errors: a child's are its parent's, and a root's are told to clients",
          "[errors][retry][children][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  const ErrorDetails details = s.failure_of([&] {
    s.start("parent", "Insist", std::string("throws"));
    return std::string("parent");
  }());
  CHECK(details.do_not_retry);
  CHECK(details.message == "blocked");
  REQUIRE(declined.in(details));
  CHECK(declined.in(details)->code == "B");
  CHECK_FALSE(offline.in(details));
  CHECK(details.describe_chain() ==
        "activity Charge of parent::sub::1.2, orchestration Trust (parent::sub::1.2)");
  CHECK(*registrations.calls == 1);
}

TEST_CASE("application errors: an orchestration throws one", "[errors]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "Refuse", std::string("X"));
  const ErrorDetails details = s.failure_of("i");
  CHECK(details.category == ErrorCategory::application);
  CHECK(details.kind == ErrorKind::orchestration_failed);
  CHECK(details.do_not_retry);
  REQUIRE(declined.in(details));
  CHECK(declined.in(details)->limit == 9);
}

TEST_CASE("application errors: data that is too large is left out, and the message says so",
          "[errors][limits]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "Trust", std::string("large"));
  const ErrorDetails details = s.failure_of("i");
  CHECK_FALSE(details.data);
  CHECK(details.do_not_retry);
  CHECK_THAT(details.message, Catch::StartsWith("large (its data is left out: it had 1000"));
}

TEST_CASE("application errors: an activity is failed with one from outside",
          "[errors][tokens][same-process]") {
  Gate asked;
  ActivityToken pending;
  Scenario s(EVERY_BACKEND, [&](Runtime& runtime) {
    runtime.register_orchestration("Pay", pay)
        .register_activity("Charge", [&](ActivityContext& context) {
          pending = context.complete_later();
          asked.open();
        });
  });
  s.start("i", "Pay", std::string("later"));
  asked.wait();
  REQUIRE(s.client().fail_activity(pending, declined("blocked", {"O", 3}).do_not_retry()));
  CHECK(s.wait("i").output() == "declined: O, limit 3");
}

}  // namespace duroxide::application_errors_test
