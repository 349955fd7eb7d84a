// Waits: for an end, for a custom status, for a value. What they ask, and how they end.

#include "client/facade.hpp"

namespace duroxide::waits_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;

namespace {

Answer<OrchestrationStatus> running(std::uint64_t custom_status_version) {
  return OrchestrationStatus(OrchestrationStatus::Running{})
      .with_custom_status("half done", custom_status_version);
}

Answer<std::optional<StoredValue>> value(std::uint64_t version) {
  StoredValue stored;
  stored.key = "k";
  stored.value = "v";
  stored.version = version;
  return std::optional<StoredValue>(stored);
}

Answer<std::optional<StoredValue>> no_value() {
  return std::optional<StoredValue>();
}

/// Waits that nobody has answered are answered with this once they are taken back, as a store does.
template <class Message, class Response>
void when_stopped(FacadeFixture& f, const Response& response) {
  f.provider.whenever<StopWaiting>([&f, response] {
    auto wait = f.provider.take<Message>();
    const auto stop = f.provider.take<StopWaiting>();
    CHECK(stop.request.wait_id == wait.request.wait_id);
    wait.promise.deliver(response);
  });
}

void status_is(FacadeFixture& f, const OrchestrationStatus& status) {
  f.provider.whenever<GetStatus>([&f, status] {
    f.provider.take<GetStatus>().promise.deliver(Answer<OrchestrationStatus>(status));
  });
}

}  // namespace

TEST_CASE("client: waiting", "[client][waits]") {
  FacadeFixture f;
  std::optional<Client::Status> status;
  f.client->wait_for_completion("i", [&](auto result) { status = std::move(result); });
  f.system.run();
  SECTION("completed") {
    f.provider.answer<WaitForStatus>(
        Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"out"})));
    CHECK((*status)->output() == "out");
  }
  SECTION("unknown") {
    f.provider.answer<WaitForStatus>(Answer<OrchestrationStatus>(OrchestrationStatus()));
    CHECK(kind_of(*status) == Kind::instance_not_found);
  }
  SECTION("the store ends") {
    f.provider.end();
    CHECK(kind_of(*status) == Kind::storage_error);
  }
}

TEST_CASE("client: a wait that takes too long is taken back", "[client][waits]") {
  FacadeFixture f;
  CHECK(kind_of(f.client->wait_for_completion("i", 10s)) == Kind::timeout);
  f.system.run();
  CHECK(f.provider.take<StopWaiting>().request.wait_id ==
        f.provider.take<WaitForStatus>().request.wait_id);
}

TEST_CASE("client: a wait without time looks once", "[client][waits]") {
  FacadeFixture f;
  SECTION("it has ended") {
    f.provider.whenever<WaitForStatus>([&] {
      f.provider.take<WaitForStatus>().promise.deliver(
          Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"out"})));
    });
    CHECK(f.client->wait_for_completion("i", 0ms).value().output() == "out");
  }
  SECTION("it ended just when the wait was taken back") {
    when_stopped<WaitForStatus>(
        f, Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"out"})));
    CHECK(f.client->wait_for_completion("i", 0ms).value().output() == "out");
  }
  SECTION("it runs") {
    when_stopped<WaitForStatus>(f, running(0));
    CHECK(kind_of(f.client->wait_for_completion("i", 0ms)) == Kind::timeout);
  }
}

TEST_CASE("client: waiting for another custom status", "[client][waits][custom-status]") {
  FacadeFixture f;
  std::optional<Client::Status> status;
  const auto answered = [&](Answer<OrchestrationStatus> answer) {
    return f.answered<WaitForStatus>(
        [&](Client::OnStatus on) { f.client->wait_for_status_change("i", 3, std::move(on)); },
        std::move(answer), status);
  };
  SECTION("it changed") {
    const auto wait = answered(running(4));
    CHECK(wait.instance == "i");
    CHECK(wait.after_custom_status == 3);
    CHECK((*status)->custom_status() == "half done");
    CHECK((*status)->custom_status_version() == 4);
  }
  SECTION("the instance ended without") {
    answered(OrchestrationStatus(OrchestrationStatus::Completed{"out"}));
    CHECK((*status)->output() == "out");
  }
  SECTION("unknown") {
    answered(OrchestrationStatus());
    CHECK(kind_of(*status) == Kind::instance_not_found);
  }
  SECTION("the store fails") {
    answered(failure(provider_error(ProviderError::Kind::storage)));
    CHECK(kind_of(*status) == Kind::storage_error);
  }
}

TEST_CASE("client: waiting for another custom status, for some time",
          "[client][waits][custom-status]") {
  FacadeFixture f;
  CHECK(kind_of(f.client->wait_for_status_change("i", 3, -1ms)) == Kind::invalid_input);
  CHECK(f.provider.count<WaitForStatus>() == 0);
  SECTION("it has not changed") {
    when_stopped<WaitForStatus>(f, running(3));
    const auto status = f.client->wait_for_status_change("i", 3, 10s);
    CHECK(kind_of(status) == Kind::timeout);
    CHECK_THAT(status.error().message, Catch::Contains("custom status of instance i"));
  }
  SECTION("it changed just when the wait was taken back") {
    when_stopped<WaitForStatus>(f, running(4));
    CHECK(f.client->wait_for_status_change("i", 3, 0ms).value().custom_status_version() == 4);
  }
  SECTION("nobody answers") {
    CHECK(kind_of(f.client->wait_for_status_change("i", 3, 10s)) == Kind::timeout);
    CHECK(f.provider.take<StopWaiting>().request.wait_id ==
          f.provider.take<WaitForStatus>().request.wait_id);
  }
}

TEST_CASE("client: values", "[client][values]") {
  FacadeFixture f;
  SECTION("one") {
    std::optional<Client::Value> one;
    const auto asked = f.answered<GetValue>(
        [&](Client::OnValue on) { f.client->get_value("i", "k", std::move(on)); }, value(5), one);
    CHECK(asked.instance == "i");
    CHECK(asked.key == "k");
    CHECK((**one)->value == "v");
    CHECK((**one)->version == 5);
  }
  SECTION("none") {
    std::optional<Client::Value> one;
    f.answered<GetValue>([&](Client::OnValue on) { f.client->get_value("i", "k", std::move(on)); },
                         no_value(), one);
    REQUIRE(one->has_value());
    CHECK_FALSE(**one);
  }
  SECTION("all") {
    std::optional<Client::Values> all;
    const auto asked = f.answered<GetValues>(
        [&](Client::OnValues on) { f.client->get_all_values("i", std::move(on)); },
        Answer<std::vector<StoredValue>>(std::vector<StoredValue>{**value(1), **value(2)}), all);
    CHECK(asked.instance == "i");
    CHECK((*all)->size() == 2);
  }
  SECTION("blocking") {
    f.provider.whenever<GetValue>([&] { f.provider.take<GetValue>().promise.deliver(value(5)); });
    f.provider.whenever<GetValues>([&] {
      f.provider.take<GetValues>().promise.deliver(
          Answer<std::vector<StoredValue>>(failure(provider_error(ProviderError::Kind::corrupt))));
    });
    CHECK((*f.client->get_value("i", "k"))->version == 5);
    CHECK(kind_of(f.client->get_all_values("i")) == Kind::storage_error);
  }
}

TEST_CASE("client: bad keys never reach the store", "[client][values][limits]") {
  FacadeFixture f;
  const std::string key = GENERATE(std::string(), std::string(256, 'k'), std::string("\xff"));
  CHECK(kind_of(f.client->get_value("i", key)) == Kind::invalid_input);
  CHECK(kind_of(f.client->wait_for_value("i", key, 1s)) == Kind::invalid_input);
  CHECK(kind_of(f.client->wait_for_value("i", key, 0s)) == Kind::invalid_input);
  CHECK(f.provider.count<GetValue>() == 0);
  CHECK(f.provider.count<WaitForValue>() == 0);
}

TEST_CASE("client: waiting for a value", "[client][waits][values]") {
  FacadeFixture f;
  std::optional<Client::Value> outcome;
  const auto answered = [&](Answer<std::optional<StoredValue>> answer) {
    return f.answered<WaitForValue>(
        [&](Client::OnValue on) { f.client->wait_for_value("i", "k", 3, std::move(on)); },
        std::move(answer), outcome);
  };
  SECTION("it was set") {
    const auto wait = answered(value(4));
    CHECK(wait.instance == "i");
    CHECK(wait.key == "k");
    CHECK(wait.after_version == 3);
    CHECK((**outcome)->version == 4);
  }
  SECTION("it will not be") {
    answered(no_value());
    REQUIRE(outcome->has_value());
    CHECK_FALSE(**outcome);
  }
  SECTION("the store ends") {
    f.client->wait_for_value("i", "k", 3, [&](auto result) { outcome = std::move(result); });
    f.system.run();
    f.provider.end();
    REQUIRE(outcome);
    CHECK(kind_of(*outcome) == Kind::storage_error);
  }
}

TEST_CASE("client: waiting for a value, for some time", "[client][waits][values]") {
  FacadeFixture f;
  const OrchestrationStatus still(OrchestrationStatus::Running{});
  const OrchestrationStatus over(OrchestrationStatus::Completed{"out"});
  const auto wait = [&] { return f.client->wait_for_value("i", "k", 0ms, 3); };
  CHECK(kind_of(f.client->wait_for_value("i", "k", -1ms)) == Kind::invalid_input);
  CHECK(f.provider.count<WaitForValue>() == 0);
  SECTION("it is there") {
    f.provider.whenever<WaitForValue>(
        [&] { f.provider.take<WaitForValue>().promise.deliver(value(4)); });
    CHECK((*wait())->version == 4);
    CHECK(f.provider.count<StopWaiting>() == 0);
  }
  SECTION("it came just when the wait was taken back") {
    status_is(f, still);
    when_stopped<WaitForValue>(f, value(4));
    CHECK((*wait())->version == 4);
  }
  SECTION("it has not come, and may still") {
    status_is(f, still);
    const bool old = GENERATE(false, true);
    when_stopped<WaitForValue>(f, old ? value(3) : no_value());
    const auto outcome = wait();
    CHECK(kind_of(outcome) == Kind::timeout);
    CHECK_THAT(outcome.error().message, Catch::Contains("`k`"));
  }
  SECTION("it cannot come any more") {
    const bool unknown = GENERATE(false, true);
    status_is(f, unknown ? OrchestrationStatus() : over);
    when_stopped<WaitForValue>(f, no_value());
    const auto outcome = wait();
    REQUIRE(outcome);
    CHECK_FALSE(*outcome);
  }
  SECTION("nobody answers") {
    CHECK(kind_of(wait()) == Kind::timeout);
    CHECK(f.provider.take<StopWaiting>().request.wait_id ==
          f.provider.take<WaitForValue>().request.wait_id);
  }
}

// --- with a callback, for some time ---------------------------------------------------------------

namespace {

/// A client whose store goes by a clock of the test's.
struct Timed : FacadeFixture {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Store store = make_store(system.handle(), clock, provider.actor());
  std::optional<Client> client{store};

  void pass(Milliseconds time) {
    clock->advance(time);
    system.run();
  }
};

}  // namespace

TEST_CASE("client: a wait with a callback is given up by the store's clock", "[client][waits]") {
  Timed f;
  std::optional<Client::Status> status;
  f.client->wait_for_completion("i", 10s, [&](auto result) { status = std::move(result); });
  f.system.run();
  SECTION("the time passes") {
    f.pass(9'999ms);
    CHECK(f.provider.count<StopWaiting>() == 0);
    f.pass(1ms);
    CHECK(f.provider.take<StopWaiting>().request.wait_id ==
          f.provider.first<WaitForStatus>().request.wait_id);
    CHECK_FALSE(status);
    f.provider.answer<WaitForStatus>(running(0));
    REQUIRE(status);
    CHECK(kind_of(*status) == Kind::timeout);
    CHECK(status->error().message == "instance i has not finished within 10000 ms");
  }
  SECTION("it ends just then") {
    f.pass(10s);
    f.provider.answer<WaitForStatus>(
        Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"out"})));
    CHECK((*status)->output() == "out");
  }
  SECTION("it ends before, and the time is not waited for any more") {
    f.provider.answer<WaitForStatus>(
        Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"out"})));
    CHECK((*status)->output() == "out");
    f.pass(10s);
    CHECK(f.provider.count<StopWaiting>() == 0);
  }
  SECTION("the instance is unknown") {
    f.provider.answer<WaitForStatus>(Answer<OrchestrationStatus>(OrchestrationStatus()));
    CHECK(kind_of(*status) == Kind::instance_not_found);
  }
  SECTION("the store ends") {
    f.provider.end();
    CHECK(kind_of(*status) == Kind::storage_error);
  }
  SECTION("the client goes away, and the wait with it") {
    f.client.reset();
    REQUIRE(status);
    CHECK(kind_of(*status) == Kind::cancelled);
    f.system.run();
    CHECK(f.provider.count<StopWaiting>() == 1);
    f.pass(10s);
    f.provider.answer<WaitForStatus>(running(0));
    CHECK(kind_of(*status) == Kind::cancelled);
  }
}

TEST_CASE("client: waits with callbacks end each at its own time", "[client][waits]") {
  Timed f;
  std::vector<std::string> ended;
  const auto wait = [&](const std::string& instance, Milliseconds timeout) {
    f.client->wait_for_status_change(instance, 3, timeout, [&ended, instance](const auto& result) {
      ended.push_back(instance + ": " + result.error().message);
    });
  };
  f.provider.whenever<StopWaiting>([&] {
    const auto stop = f.provider.take<StopWaiting>();
    auto wait_of = f.provider.take<WaitForStatus>();
    REQUIRE(stop.request.wait_id == wait_of.request.wait_id);
    wait_of.promise.deliver(running(3));
  });
  wait("a", 1s);
  wait("b", 2s);
  f.system.run();
  f.pass(1s);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0] == "a: the custom status of instance a has not changed within 1000 ms");
  f.pass(1s);
  CHECK(ended.size() == 2);
  wait("c", -1ms);
  f.system.run();
  CHECK(ended.size() == 3);
  CHECK(f.provider.count<WaitForStatus>() == 0);
}

TEST_CASE("client: a wait for a value with a callback is given up", "[client][waits][values]") {
  Timed f;
  std::optional<Client::Value> found;
  f.client->wait_for_value("i", "k", 5s, 3, [&](auto result) { found = std::move(result); });
  f.system.run();
  SECTION("set in time") {
    f.provider.answer<WaitForValue>(value(4));
    CHECK((**found)->version == 4);
  }
  SECTION("ended in time, without") {
    f.provider.answer<WaitForValue>(no_value());
    CHECK_FALSE(**found);
  }
  SECTION("not in time") {
    status_is(f, OrchestrationStatus(OrchestrationStatus::Running{}));
    f.pass(5s);
    CHECK(f.provider.count<StopWaiting>() == 1);
    f.provider.answer<WaitForValue>(value(3));
    CHECK(kind_of(*found) == Kind::timeout);
    CHECK(found->error().message == "instance i has not set the key `k` again within 5000 ms");
  }
  SECTION("ended just then") {
    status_is(f, OrchestrationStatus(OrchestrationStatus::Completed{"out"}));
    f.pass(5s);
    f.provider.answer<WaitForValue>(no_value());
    f.provider.answer<GetValue>(no_value());
    REQUIRE(found);
    CHECK_FALSE(**found);
  }
  SECTION("set with the end, just after the wait was taken back") {
    status_is(f, OrchestrationStatus(OrchestrationStatus::Completed{"out"}));
    f.pass(5s);
    f.provider.answer<WaitForValue>(no_value());
    REQUIRE(f.provider.count<GetValue>() == 1);
    const auto asked = f.provider.answer<GetValue>(value(4));
    CHECK(asked.instance == "i");
    CHECK(asked.key == "k");
    REQUIRE((found && *found && **found));
    CHECK((**found)->version == 4);
  }
  SECTION("set just when the wait was taken back") {
    f.pass(5s);
    f.provider.answer<WaitForValue>(value(4));
    REQUIRE((found && *found && **found));
    CHECK((**found)->version == 4);
    CHECK(f.provider.count<GetStatus>() == 0);
  }
}

TEST_CASE("client: a wait of no time with a callback is over at once", "[client][waits]") {
  Timed f;
  SECTION("for the end") {
    std::optional<Client::Status> status;
    f.client->wait_for_completion("i", 0ms, [&](auto result) { status = std::move(result); });
    f.system.run();
    CHECK(f.provider.count<StopWaiting>() == 1);
    f.provider.answer<WaitForStatus>(running(0));
    REQUIRE(status);
    CHECK(kind_of(*status) == Kind::timeout);
  }
  SECTION("for a value") {
    status_is(f, OrchestrationStatus(OrchestrationStatus::Running{}));
    std::optional<Client::Value> found;
    f.client->wait_for_value("i", "k", 0ms, 0, [&](auto result) { found = std::move(result); });
    f.system.run();
    CHECK(f.provider.count<StopWaiting>() == 1);
    f.provider.answer<WaitForValue>(no_value());
    REQUIRE(found);
    CHECK(kind_of(*found) == Kind::timeout);
  }
}

}  // namespace duroxide::waits_test
