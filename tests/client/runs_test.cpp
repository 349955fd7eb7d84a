// A start and the wait for its end as one call: what it asks of the store, in which order, and how it ends.

#include <memory>
#include <string>

#include <duroxide/async_client.hpp>

#include "client/facade.hpp"

namespace duroxide::client_runs_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;
using Found = Answer<StartedOrFound>;
using Ended = Answer<OrchestrationStatus>;

namespace {

constexpr Orchestration<int(std::string)> count{"Count"};

Ended completed(const std::string& output) {
  return OrchestrationStatus(OrchestrationStatus::Completed{output});
}

/// Answers the start, and each wait with `ended`; nothing of the instance was there before.
void serve(FacadeFixture& f, const Found& found, const Ended& ended) {
  f.provider.whenever<StartOrFind>(
      [&f, found] { f.provider.take<StartOrFind>().promise.deliver(found); });
  f.provider.whenever<WaitForStatus>(
      [&f, ended] { f.provider.take<WaitForStatus>().promise.deliver(ended); });
}

/// Notes what it is told of starts that were sent.
class Listener : public Interceptor {
 public:
  Admission before_start(InterceptedStart& start) override {
    start.headers.set("by", "me");
    return refuses ? refuse("no badge") : Admission();
  }
  void after_start(std::string_view instance, const ClientError* error) override {
    told += std::string(instance) + (error == nullptr ? " well;" : " badly;");
  }

  bool refuses = false;
  std::string told;
};

}  // namespace

TEST_CASE("client: a run starts, then waits, and gives the output", "[client][starts][waits]") {
  FacadeFixture f;
  std::optional<Client::Status> status;
  f.client->run_orchestration("i", "Count", "tea",
                              StartOptions().version("1.2.3").reuse(ReusePolicy::use_existing),
                              [&](Client::Status came) { status = std::move(came); });
  f.system.run();
  CHECK(f.provider.count<WaitForStatus>() == 0);  // the start is not durable yet
  const auto start = f.provider.answer<StartOrFind>(Found(StartedOrFound{true}));
  CHECK(start.start.instance == "i");
  CHECK(start.start.orchestration == "Count");
  CHECK(start.start.input == "tea");
  CHECK(start.start.version == "1.2.3");
  CHECK_FALSE(start.only_new);
  CHECK_FALSE(status);
  const auto wait = f.provider.answer<WaitForStatus>(completed("7"));
  CHECK(wait.instance == "i");
  CHECK_FALSE(wait.after_custom_status);
  CHECK(status.value().value().output() == "7");
}

TEST_CASE("client: a run gives the output as the type that is asked for",
          "[client][starts][waits]") {
  FacadeFixture f;
  serve(f, StartedOrFound{true}, completed("7"));
  CHECK(f.client->run_orchestration("i", count, "tea", 10s).value() == 7);
  CHECK(f.client->run_orchestration<int>("i", "Count", "tea", 10s).value() == 7);
  CHECK(f.client->run_orchestration("i", "Count", "tea", 10s).value() == "7");
  CHECK(f.client->async().run_orchestration("i", count, std::string("tea")).wait().value() == 7);
  CHECK(f.client->async().run_orchestration<int>("i", "Count", "tea").wait().value() == 7);
}

TEST_CASE("client: a run whose instance did not complete has no output",
          "[client][starts][waits]") {
  FacadeFixture f;
  ErrorDetails why;
  why.message = "no tea";
  serve(f, StartedOrFound{true}, OrchestrationStatus(OrchestrationStatus::Failed{why}));
  const auto output = f.client->run_orchestration("i", count, "tea", 10s);
  CHECK(kind_of(output) == Kind::invalid_payload);
  CHECK(output.error().message.find("no tea") != std::string::npos);
}

TEST_CASE("client: a run that is not started is not waited for", "[client][starts][waits]") {
  FacadeFixture f;
  SECTION("the id is taken") {
    serve(f, failure(provider_error(ProviderError::Kind::instance_already_exists)), completed("7"));
    CHECK(kind_of(f.client->run_orchestration("i", count, "tea", 10s)) ==
          Kind::instance_already_exists);
  }
  SECTION("an argument is refused") {
    CHECK(kind_of(f.client->run_orchestration("", count, "tea", 10s)) == Kind::invalid_instance);
    CHECK(kind_of(f.client->run_orchestration("i", count, "tea", -1ms)) == Kind::invalid_input);
    CHECK(kind_of(f.client->run_orchestration("i", "Count", Unencodable(), 10s)) ==
          Kind::invalid_input);
    CHECK(f.provider.count<StartOrFind>() == 0);
  }
  CHECK(f.provider.count<WaitForStatus>() == 0);
}

TEST_CASE("client: a run that takes too long is taken back, and the instance goes on",
          "[client][starts][waits]") {
  FacadeFixture f;
  SECTION("while it is waited for") {
    f.provider.whenever<StartOrFind>(
        [&f] { f.provider.take<StartOrFind>().promise.deliver(Found(StartedOrFound{true})); });
    f.provider.whenever<StopWaiting>([&f] {
      auto wait = f.provider.take<WaitForStatus>();
      CHECK(f.provider.take<StopWaiting>().request.wait_id == wait.request.wait_id);
      wait.promise.deliver(Ended(OrchestrationStatus(OrchestrationStatus::Running{})));
    });
    CHECK(kind_of(f.client->run_orchestration("i", count, "tea", 10s)) == Kind::timeout);
  }
  SECTION("it ended just then") {
    f.provider.whenever<StartOrFind>(
        [&f] { f.provider.take<StartOrFind>().promise.deliver(Found(StartedOrFound{true})); });
    f.provider.whenever<StopWaiting>([&f] {
      (void)f.provider.take<StopWaiting>();
      f.provider.take<WaitForStatus>().promise.deliver(completed("7"));
    });
    CHECK(f.client->run_orchestration("i", count, "tea", 10s).value() == 7);
  }
  SECTION("before it was started") {
    f.provider.whenever<StopWaiting>([&f] {
      (void)f.provider.take<StopWaiting>();
      f.provider.take<StartOrFind>().promise.deliver(Found(StartedOrFound{true}));
    });
    bool has_ended = false;
    f.provider.whenever<GetStatus>([&] {
      f.provider.take<GetStatus>().promise.deliver(
          has_ended ? completed("7") : Ended(OrchestrationStatus(OrchestrationStatus::Running{})));
    });
    CHECK(kind_of(f.client->run_orchestration("i", count, "tea", 10s)) == Kind::timeout);
    has_ended = true;  // one that was found, say
    CHECK(f.client->run_orchestration("i", count, "tea", 0ms).value() == 7);
    CHECK(f.provider.count<WaitForStatus>() == 0);
  }
}

TEST_CASE("client: a client that ends says of a run what it has done", "[client][starts][waits]") {
  FacadeFixture f;
  std::optional<Client::Status> status;
  f.client->run_orchestration("i", "Count", "tea", StartOptions(),
                              [&](Client::Status came) { status = std::move(came); });
  f.system.run();
  (void)f.provider.answer<StartOrFind>(Found(StartedOrFound{true}));
  f.client.reset();
  f.system.run();
  REQUIRE(status);
  CHECK(kind_of(*status) == Kind::cancelled);
  CHECK(status->error().message.find("may be done") != std::string::npos);
}

TEST_CASE("client: a run of an instance that is deleted in between is of none",
          "[client][starts][waits]") {
  FacadeFixture f;
  serve(f, StartedOrFound{true}, OrchestrationStatus());
  CHECK(kind_of(f.client->run_orchestration("i", count, "tea", 10s)) == Kind::instance_not_found);
}

TEST_CASE("client: a run that is cancelled leaves no wait", "[client][starts][waits]") {
  FacadeFixture f;
  auto call = f.client->async().run_orchestration("i", count, std::string("tea"));
  f.system.run();
  SECTION("while it is waited for") {
    (void)f.provider.answer<StartOrFind>(Found(StartedOrFound{true}));
    const auto wait = f.provider.take<WaitForStatus>();
    call.cancel();
    f.system.run();
    CHECK(f.provider.take<StopWaiting>().request.wait_id == wait.request.wait_id);
  }
  SECTION("before it was started") {
    call.cancel();
    f.system.run();
    (void)f.provider.answer<StartOrFind>(Found(StartedOrFound{true}));
    CHECK(f.provider.count<WaitForStatus>() == 0);
  }
  const auto output = call.wait();
  CHECK(kind_of(output) == Kind::cancelled);
  CHECK(output.error().message.find("may be done") != std::string::npos);
}

TEST_CASE("client: interceptors see the start of a run", "[client][starts][interceptors]") {
  FacadeFixture f;
  const auto listener = std::make_shared<Listener>();
  Client client = f.client->with_interceptor(listener);
  SECTION("that is sent") {
    serve(f, StartedOrFound{true}, completed("7"));
    CHECK(client.run_orchestration("i", count, "tea", 10s).value() == 7);
    CHECK(listener->told == "i well;");
  }
  SECTION("that the store refuses") {
    serve(f, failure(provider_error(ProviderError::Kind::instance_already_exists)), completed("7"));
    CHECK_FALSE(client.run_orchestration("i", count, "tea", 10s));
    CHECK(listener->told == "i badly;");
  }
  SECTION("that they refuse") {
    listener->refuses = true;
    CHECK_FALSE(client.run_orchestration("i", count, "tea", 10s));
    CHECK(f.provider.count<StartOrFind>() == 0);
    CHECK(listener->told.empty());
  }
}

}  // namespace duroxide::client_runs_test
