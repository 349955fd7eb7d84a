// Updates: what a client asks, and how each answer is told.

#include <set>
#include <string>

#include "client/facade.hpp"

namespace duroxide::client_updates_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;
using Answered = Answer<std::optional<UpdateAnswer>>;
template <class T>
using Outcome = Result<T, ClientError>;

namespace {

Answered output(const std::string& text) {
  return std::optional(UpdateAnswer{"u", text});
}
Answered error(const std::string& message, bool refused) {
  return std::optional(UpdateAnswer{
      "u", {}, application_error(ErrorKind::orchestration_failed, message, "Add"), refused});
}

/// Asks, and has the store answer.
template <class T>
Outcome<T> asked(FacadeFixture& f, const Answered& answer,
                 const UpdateOptions& options = UpdateOptions()) {
  std::optional<Outcome<T>> outcome;
  (void)f.answered<AskUpdate>(
      [&](std::function<void(Outcome<T>)> on_answer) {
        f.client->update<T>("i", "Add", 5, options, std::move(on_answer));
      },
      answer, outcome);
  return *outcome;
}

/// The store answers waits that are taken back with none.
void answer_when_stopped(FacadeFixture& f, std::uint64_t& stopped) {
  f.provider.whenever<StopWaiting>([&f, &stopped] {
    auto ask = f.provider.take<AskUpdate>();
    stopped = f.provider.take<StopWaiting>().request.wait_id;
    CHECK(stopped == ask.request.wait_id);
    ask.promise.deliver(Answered(std::optional<UpdateAnswer>()));
  });
}

}  // namespace

TEST_CASE("client: an update says whom, what and under which id it asks", "[client][updates]") {
  FacadeFixture f;
  std::optional<Outcome<int>> outcome;
  const auto request = f.answered<AskUpdate>(
      [&](std::function<void(Outcome<int>)> on_answer) {
        f.client->update<int>("i", "Add", 5, UpdateOptions().id("key"), std::move(on_answer));
      },
      output("12"), outcome);
  CHECK(request.request == work::UpdateRequest{"i", "key", "Add", "5"});
  CHECK(outcome->value() == 12);
}

TEST_CASE("client: without an id each update has one of its own", "[client][updates]") {
  FacadeFixture f;
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    f.client->update<int>("i", "Add", 5, UpdateOptions(), [](const Outcome<int>&) {});
    f.system.run();
    const auto id = f.provider.answer<AskUpdate>(output("1")).request.id;
    CHECK(id.size() == 32);
    CHECK(ids.insert(id).second);
  }
}

TEST_CASE("client: answers to updates of each kind", "[client][updates][errors]") {
  FacadeFixture f;
  CHECK(asked<std::string>(f, output("text")).value() == "text");
  CHECK(asked<void>(f, output("")));
  CHECK(kind_of(asked<int>(f, output("no number"))) == Kind::invalid_payload);
  const auto failed = asked<int>(f, error("no room", false));
  CHECK(kind_of(failed) == Kind::update_failed);
  CHECK(failed.error().message == "no room");
  CHECK(failed.error().details->subject == "Add");
  CHECK(kind_of(asked<int>(f, error("too many", true))) == Kind::update_refused);
  CHECK(kind_of(asked<int>(f, failure(provider_error(ProviderError::Kind::instance_finished)))) ==
        Kind::instance_finished);
  CHECK(kind_of(asked<int>(f, failure(provider_error(ProviderError::Kind::instance_not_found)))) ==
        Kind::instance_not_found);
}

TEST_CASE("client: a wait for an answer that takes too long is taken back", "[client][updates]") {
  FacadeFixture f;
  std::uint64_t stopped = 0;
  answer_when_stopped(f, stopped);
  SECTION("while the call blocks") {
    const auto outcome = f.client->update<int>("i", "Add", 5, UpdateOptions().id("key"));
    CHECK(kind_of(outcome) == Kind::timeout);
    CHECK_THAT(outcome.error().message, Catch::Contains("`Add` with the id key"));
  }
  SECTION("at once") {
    std::optional<Outcome<int>> outcome;
    f.client->update<int>("i", "Add", 5, UpdateOptions().timeout(0s),
                          [&](const Outcome<int>& result) { outcome = result; });
    f.system.run();
    REQUIRE(outcome);
    CHECK(kind_of(*outcome) == Kind::timeout);
  }
  CHECK(stopped != 0);
}

TEST_CASE("client: an answer that comes while a wait is taken back counts", "[client][updates]") {
  FacadeFixture f;
  f.provider.whenever<StopWaiting>([&f] {
    (void)f.provider.take<StopWaiting>();
    f.provider.take<AskUpdate>().promise.deliver(output("3"));
  });
  CHECK(f.client->update<int>("i", "Add", 5, UpdateOptions().timeout(0s)).value() == 3);
}

TEST_CASE("client: wrong arguments of an update are refused before it is sent",
          "[client][updates][errors]") {
  FacadeFixture f;
  CHECK(kind_of(f.client->update("", "Add", "")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->update("i", "", "")) == Kind::invalid_input);
  CHECK(kind_of(f.client->update("i", "Add", "", UpdateOptions().id(""))) == Kind::invalid_input);
  CHECK(kind_of(f.client->update("i", "Add", "", UpdateOptions().timeout(-1s))) ==
        Kind::invalid_input);
  CHECK(kind_of(f.client->update("i", "Add", Unencodable())) == Kind::invalid_input);
  CHECK(f.provider.count<AskUpdate>() == 0);
}

TEST_CASE("client: an update through a handle", "[client][updates]") {
  static constexpr Update<int, std::string> name_of{"NameOf"};
  FacadeFixture f;
  f.provider.whenever<AskUpdate>([&f] {
    auto ask = f.provider.take<AskUpdate>();
    CHECK(ask.request.request.name == "NameOf");
    CHECK(ask.request.request.input == "3");
    ask.promise.deliver(output("III"));
  });
  CHECK(f.client->update("i", name_of, 3).value() == "III");
}

TEST_CASE("client: a query asks, and is told answer or error", "[client][queries][errors]") {
  static constexpr Query<int, std::string> name_of{"NameOf"};
  FacadeFixture f;
  std::optional<Outcome<int>> outcome;
  const auto call = [&](std::function<void(Outcome<int>)> on_answer) {
    f.client->query<int>("i", "Total", 5, 1h, std::move(on_answer));
  };
  const auto request = f.answered<AskQuery>(call, output("12"), outcome);
  CHECK(request.instance == "i");
  CHECK(request.question.name == "Total");
  CHECK(request.question.input == "5");
  CHECK(request.question.id.size() == 32);
  CHECK(outcome->value() == 12);
  (void)f.answered<AskQuery>(call, error("no total", false), outcome);
  CHECK(kind_of(*outcome) == Kind::query_failed);
  CHECK(outcome->error().details->message == "no total");
  (void)f.answered<AskQuery>(call, output("twelve"), outcome);
  CHECK(kind_of(*outcome) == Kind::invalid_payload);

  CHECK(kind_of(f.client->query<int>("", "Total", 5, 1s)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->query<int>("i", "", 5, 1s)) == Kind::invalid_input);
  CHECK(kind_of(f.client->query<int>("i", "Total", Unencodable(), 1s)) == Kind::invalid_input);
  CHECK(kind_of(f.client->query<int>("i", "Total", 5, -1s)) == Kind::invalid_input);
  CHECK(f.provider.count<AskQuery>() == 0);

  f.provider.whenever<AskQuery>([&f] {
    auto ask = f.provider.take<AskQuery>();
    CHECK(ask.request.question.name == "NameOf");
    ask.promise.deliver(output("III"));
  });
  CHECK(f.client->query("i", name_of, 3, 1s).value() == "III");
}

TEST_CASE("client: a query that nobody answers takes no longer than its timeout",
          "[client][queries]") {
  FacadeFixture f;
  f.provider.whenever<StopWaiting>([&f] {
    (void)f.provider.take<StopWaiting>();
    f.provider.take<AskQuery>().promise.deliver(Answered(std::optional<UpdateAnswer>()));
  });
  const auto outcome = f.client->query<int>("i", "Total", 5, 10s);
  CHECK(kind_of(outcome) == Kind::timeout);
  CHECK(outcome.error().message ==
        "instance i has not answered the query `Total`, for which a runtime must be at work on it, "
        "within 10000 ms");
}

}  // namespace duroxide::client_updates_test
