// Starts with an event or an update, events with a key, and waits for a start: what a client asks, and how
// each answer is told.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/facade.hpp"
#include "client/pending_fixture.hpp"

namespace duroxide::client_start_with_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;
using Found = Answer<StartedOrFound>;
using Asked = Answer<StartedAndAnswered>;
template <class Out>
using Outcome = Result<StartedWithUpdate<Out>, ClientError>;

namespace {

constexpr Orchestration<std::string(std::string)> order{"Order"};
constexpr ExternalEvent<int> paid{"Paid"};
constexpr Update<int, int> add{"Add"};

Found found(bool created, bool replaced = false) {
  return StartedOrFound{created, replaced};
}

Asked answered(const std::string& output, bool created = true) {
  StartedAndAnswered told;
  told.started.created = created;
  told.answer = UpdateAnswer{"u", output};
  return told;
}

/// Adds a header to each start, or refuses it, and notes what it is told of those that were sent.
class Doorkeeper : public Interceptor {
 public:
  Admission before_start(InterceptedStart& start) override {
    start.headers.set("by", std::string(start.instance));
    return refuses ? refuse("no badge") : Admission();
  }
  void after_start(std::string_view instance, const ClientError* error) override {
    told.push_back(std::string(instance) + (error == nullptr ? "" : " badly"));
  }

  bool refuses = false;
  std::vector<std::string> told;
};

/// What is asked of the store by a call with these options.
StartAndRaise asked_with(FacadeFixture& f, const StartOptions& options,
                         const RaiseOptions& raise_options = RaiseOptions()) {
  std::optional<Client::Started> started;
  return f.answered<StartAndRaise>(
      [&](Client::OnStarted on_started) {
        f.client->start_with_event("i", "Order", std::string("tea"), "Paid", 450, options,
                                   raise_options, std::move(on_started));
      },
      found(true), started);
}

}  // namespace

TEST_CASE("client: an event goes under its key", "[client][events]") {
  FacadeFixture f;
  const auto request = f.served<EnqueueOrchestratorWork>(
      [&](Client::OnDone done) {
        f.client->raise_event("i", "Paid", 450, RaiseOptions().key("p-1"), std::move(done));
      },
      Done());
  CHECK(request.key == "p-1");
  CHECK(std::get<work::ExternalRaised>(request.item) == work::ExternalRaised{"i", "Paid", "450"});
  CHECK(kind_of(f.client->raise_event("i", paid, 450, RaiseOptions().key(""))) ==
        Kind::invalid_input);
  CHECK(kind_of(f.client->raise_event(
            "i", "Paid", 450, RaiseOptions().key(std::string(256, 'k')))) == Kind::invalid_input);
}

TEST_CASE("client: a start with an event says what to start, what to send, and what if it is there",
          "[client][starts][events]") {
  FacadeFixture f;
  const auto request =
      asked_with(f, StartOptions().version("1.0.0").tag("t").delay(5ms), RaiseOptions().key("p-1"));
  CHECK(request.start.start.instance == "i");
  CHECK(request.start.start.orchestration == "Order");
  CHECK(request.start.start.input == "tea");
  CHECK(request.start.start.version == "1.0.0");
  CHECK(request.start.start.tags == std::vector<std::string>{"t"});
  CHECK(request.start.delay == Milliseconds(5));
  CHECK(request.event == work::ExternalRaised{"i", "Paid", "450"});
  CHECK(request.key == "p-1");
  const auto flags = [](const StartAndRaise& each) {
    return std::array{each.start.only_new, each.start.same_input, each.start.replace};
  };
  // Unless something else is said, whoever has the id gets the event.
  CHECK(flags(request) == std::array{false, false, false});
  const auto with = [](ReusePolicy policy) { return StartOptions().reuse(policy); };
  CHECK(flags(asked_with(f, with(ReusePolicy::reject))) == std::array{true, false, false});
  CHECK(flags(asked_with(f, with(ReusePolicy::use_existing))) == std::array{false, false, false});
  CHECK(flags(asked_with(f, with(ReusePolicy::use_existing_same_input))) ==
        std::array{false, true, false});
  CHECK(flags(asked_with(f, with(ReusePolicy::terminate_existing))) ==
        std::array{false, false, true});
}

TEST_CASE("client: a start with an event tells what it came to", "[client][starts][events]") {
  FacadeFixture f;
  f.provider.whenever<StartAndRaise>(
      [&f] { f.provider.take<StartAndRaise>().promise.deliver(found(true, true)); });
  const auto started = f.client->start_with_event("i", order, "tea", paid, 450);
  CHECK(started.value().created());
  CHECK(started.value().replaced());
  std::optional<Client::Started> refused;
  (void)f.answered<StartAndRaise>(
      [&](Client::OnStarted on_started) {
        f.provider.whenever<StartAndRaise>([] {});
        f.client->start_with_event("i", "Order", 1, "Paid", 450, StartOptions(), RaiseOptions(),
                                   std::move(on_started));
      },
      Found(failure(provider_error(ProviderError::Kind::instance_finished))), refused);
  CHECK(kind_of(*refused) == Kind::instance_finished);
}

TEST_CASE("client: a start with an update tells both, the start and the answer",
          "[client][starts][updates]") {
  FacadeFixture f;
  const auto ask = [&](const Asked& answer, StartAndAsk* asked = nullptr) {
    std::optional<Outcome<int>> outcome;
    auto request = f.answered<StartAndAsk>(
        [&](std::function<void(Outcome<int>)> on_answer) {
          f.client->start_with_update<int>("i", "Order", std::string("tea"), "Add", 5,
                                           StartOptions(), UpdateOptions().id("u"),
                                           std::move(on_answer));
        },
        answer, outcome);
    if (asked != nullptr) {
      *asked = std::move(request);
    }
    return *outcome;
  };
  StartAndAsk request;
  const auto five = ask(answered("5"), &request);
  CHECK(request.start.start.input == "tea");
  CHECK_FALSE(request.start.only_new);
  CHECK(request.request == work::UpdateRequest{"i", "u", "Add", "5"});
  CHECK(five.value().created());
  CHECK_FALSE(five.value().replaced());
  CHECK(five.value().answer().value() == 5);
  CHECK_FALSE(ask(answered("6", false)).value().created());
  CHECK(kind_of(ask(answered("no number")).value().answer()) == Kind::invalid_payload);
  StartedAndAnswered told;
  told.answer = UpdateAnswer{
      "u", {}, application_error(ErrorKind::orchestration_failed, "too many", "Add"), true};
  CHECK(kind_of(ask(told).value().answer()) == Kind::update_refused);
  told.answer.reset();
  told.error = provider_error(ProviderError::Kind::instance_finished);
  CHECK(kind_of(ask(told).value().answer()) == Kind::instance_finished);
  CHECK(kind_of(ask(failure(provider_error(ProviderError::Kind::instance_already_exists)))) ==
        Kind::instance_already_exists);
}

TEST_CASE("client: an update that is not answered in time is told beside the start",
          "[client][starts][updates]") {
  FacadeFixture f;
  f.provider.whenever<StopWaiting>([&f] {
    auto ask = f.provider.take<StartAndAsk>();
    CHECK(f.provider.take<StopWaiting>().request.wait_id == ask.request.wait_id);
    ask.promise.deliver(Asked(StartedAndAnswered()));
  });
  const auto timeout = UpdateOptions().timeout(0s).id("u");
  const auto outcome =
      f.client->start_with_update("i", order, "tea", add, 5, StartOptions(), timeout);
  CHECK(outcome.value().created());
  CHECK(kind_of(outcome.value().answer()) == Kind::timeout);
  CHECK_THAT(outcome.value().answer().error().message, Catch::Contains("`Add` with the id u"));
}

TEST_CASE("client: wrong arguments of a start with something are refused before it is sent",
          "[client][starts][errors]") {
  FacadeFixture f;
  const auto start = [&](const std::string& instance, const std::string& name,
                         const StartOptions& options = StartOptions()) {
    return f.client->start_with_event(instance, "Order", 1, name, 2, options);
  };
  CHECK(kind_of(start("", "Paid")) == Kind::invalid_instance);
  CHECK(kind_of(start("i", "")) == Kind::invalid_input);
  CHECK(kind_of(start("i", "Paid", StartOptions().version("x"))) == Kind::invalid_input);
  CHECK(kind_of(f.client->start_with_event("i", "Order", Unencodable(), "Paid", 1)) ==
        Kind::invalid_input);
  CHECK(kind_of(f.client->start_with_event("i", "Order", 1, "Paid", Unencodable())) ==
        Kind::invalid_input);
  CHECK(kind_of(f.client->start_with_update("i", "Order", 1, "", 2)) == Kind::invalid_input);
  CHECK(kind_of(f.client->start_with_update("i", "", 1, "Add", 2)) == Kind::invalid_input);
  CHECK(f.provider.count<StartAndRaise>() + f.provider.count<StartAndAsk>() == 0);
}

TEST_CASE("client: a start with something asks the interceptors, and has the headers they leave",
          "[client][starts][interceptors][headers]") {
  FacadeFixture f;
  const auto doorkeeper = std::make_shared<Doorkeeper>();
  *f.client = f.client->with_interceptor(doorkeeper);
  const auto options = StartOptions().header("tenant", "blue");
  const Headers expected = Headers().set("tenant", "blue").set("by", "i");
  CHECK(asked_with(f, options).start.start.headers == expected);
  std::optional<Outcome<int>> outcome;
  const auto asked = f.answered<StartAndAsk>(
      [&](std::function<void(Outcome<int>)> on_answer) {
        f.client->start_with_update<int>("i", "Order", "tea", "Add", 5, options, UpdateOptions(),
                                         std::move(on_answer));
      },
      answered("5"), outcome);
  CHECK(asked.start.start.headers == expected);
  f.provider.whenever<StartAndRaise>([&f] {
    auto request = f.provider.take<StartAndRaise>();
    CHECK(request.request.start.start.headers == Headers().set("by", "i"));
    request.promise.deliver(Found(failure(provider_error(ProviderError::Kind::instance_finished))));
  });
  CHECK(kind_of(f.client->start_with_event("i", order, "tea", paid, 450)) ==
        Kind::instance_finished);
  f.provider.whenever<StartAndAsk>(
      [&f] { f.provider.take<StartAndAsk>().promise.deliver(answered("5")); });
  CHECK(f.client->start_with_update("i", order, "tea", add, 5));
  CHECK(doorkeeper->told == std::vector<std::string>{"i", "i", "i badly", "i"});
}

TEST_CASE("client: a start with something that an interceptor refuses is not sent",
          "[client][starts][interceptors][errors]") {
  FacadeFixture f;
  const auto doorkeeper = std::make_shared<Doorkeeper>();
  doorkeeper->refuses = true;
  *f.client = f.client->with_interceptor(doorkeeper);
  CHECK(kind_of(f.client->start_with_event("i", order, "tea", paid, 450)) == Kind::start_refused);
  CHECK(kind_of(f.client->start_with_update("i", order, "tea", add, 5)) == Kind::start_refused);
  std::optional<Client::Started> started;
  f.client->start_with_event("i", "Order", "tea", "Paid", 450, StartOptions(), RaiseOptions(),
                             [&](const Client::Started& each) { started = each; });
  std::optional<Outcome<int>> updated;
  f.client->start_with_update<int>("i", "Order", "tea", "Add", 5, StartOptions(), UpdateOptions(),
                                   [&](const Outcome<int>& each) { updated = each; });
  f.system.run();
  REQUIRE(started);
  CHECK(kind_of(*started) == Kind::start_refused);
  REQUIRE(updated);
  CHECK(kind_of(*updated) == Kind::start_refused);
  CHECK(updated->error().message == "the start of instance i is refused: no badge");
  CHECK(f.provider.count<StartAndRaise>() + f.provider.count<StartAndAsk>() == 0);
  CHECK(doorkeeper->told.empty());
}

TEST_CASE("client: a wait for a start tells the status, or that its time is up",
          "[client][waits]") {
  FacadeFixture f;
  std::optional<Client::Status> status;
  const auto request = f.answered<WaitForStart>(
      [&](Client::OnStatus on_status) { f.client->wait_for_start("i", std::move(on_status)); },
      Answer<OrchestrationStatus>(OrchestrationStatus::Running{}), status);
  CHECK(request.instance == "i");
  CHECK(status->value().is_running());
  CHECK(kind_of(f.client->wait_for_start("", 1s)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_start("i", -1s)) == Kind::invalid_input);
  f.provider.whenever<StopWaiting>([&f] {
    (void)f.provider.take<StopWaiting>();
    f.provider.take<WaitForStart>().promise.deliver(
        Answer<OrchestrationStatus>(OrchestrationStatus()));
  });
  const auto late = f.client->wait_for_start("i", 5ms);
  CHECK(kind_of(late) == Kind::timeout);
  CHECK_THAT(late.error().message, Catch::Contains("no instance i within 5 ms"));
  std::optional<Client::Status> at_once;
  f.client->wait_for_start("i", 0s, [&](const Client::Status& each) { at_once = each; });
  f.system.run();
  REQUIRE(at_once);
  CHECK(kind_of(*at_once) == Kind::timeout);
}

TEST_CASE("client: a wait for a first turn says so, and what has not come", "[client][waits]") {
  FacadeFixture f;
  std::optional<Client::Status> status;
  const auto request = f.answered<WaitForStart>(
      [&](Client::OnStatus on_status) { f.client->wait_for_first_turn("i", std::move(on_status)); },
      Answer<OrchestrationStatus>(OrchestrationStatus::Running{}), status);
  CHECK(request.instance == "i");
  CHECK(request.first_turn);
  CHECK(status->value().is_running());
  CHECK(kind_of(f.client->wait_for_first_turn("")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_first_turn("i", -1s)) == Kind::invalid_input);
  f.provider.whenever<StopWaiting>([&f] {
    (void)f.provider.take<StopWaiting>();
    f.provider.take<WaitForStart>().promise.deliver(
        Answer<OrchestrationStatus>(OrchestrationStatus()));
  });
  const auto late = f.client->wait_for_first_turn("i", 5ms);
  CHECK(kind_of(late) == Kind::timeout);
  CHECK_THAT(late.error().message, Catch::Contains("no turn of instance i within 5 ms"));
  std::optional<Client::Status> at_once;
  f.client->wait_for_first_turn("i", 0s, [&](const Client::Status& each) { at_once = each; });
  f.system.run();
  REQUIRE(at_once);
  CHECK(kind_of(*at_once) == Kind::timeout);
}

TEST_CASE("client: a pending wait for a first turn", "[client][waits]") {
  PendingFixture f;
  auto begun = f.async().wait_for_first_turn("i");
  f.run();
  CHECK(f.provider.answer<WaitForStart>(Answer<OrchestrationStatus>(OrchestrationStatus::Running{}))
            .first_turn);
  CHECK(begun.wait().value().is_running());
  begun = f.async().wait_for_first_turn("i", 5s);
  f.run();
  begun.cancel();
  f.run();
  CHECK(f.provider.count<StopWaiting>() == 1);
  CHECK(kind_of(begun.wait()) == Kind::cancelled);
}

TEST_CASE("client: pending starts with something, and a pending wait for a start",
          "[client][starts][waits][updates]") {
  PendingFixture f;
  auto started = f.async().start_with_event("i", order, "tea", paid, 450);
  f.run();
  CHECK(f.provider.answer<StartAndRaise>(found(false)).event.data == "450");
  CHECK_FALSE(started.wait().value().created());
  started = f.async().start_with_event("i", "Order", 1, "Paid", 2);
  f.run();
  CHECK(f.provider.answer<StartAndRaise>(found(true)).start.start.input == "1");
  CHECK(started.wait().value().created());
  auto asked = f.async().start_with_update("i", order, "tea", add, 5);
  f.run();
  CHECK(f.provider.answer<StartAndAsk>(answered("7")).request.input == "5");
  CHECK(asked.wait().value().answer() == 7);
  asked = f.async().start_with_update<int>("i", "Order", "tea", "Add", 5);
  f.run();
  asked.cancel();
  f.run();
  CHECK_THAT(asked.wait().error().message, Catch::Contains("may be done or not"));
  auto raised = f.async().raise_event("i", paid, 450, RaiseOptions().key("p-1"));
  f.run();
  CHECK(f.provider.answer<EnqueueOrchestratorWork>(Done()).key == "p-1");
  CHECK(raised.wait());
  auto there = f.async().wait_for_start("i");
  f.run();
  (void)f.provider.answer<WaitForStart>(
      Answer<OrchestrationStatus>(OrchestrationStatus::Running{}));
  CHECK(there.wait().value().is_running());
  there = f.async().wait_for_start("i", 5s);
  f.run();
  there.cancel();
  f.run();
  CHECK(f.provider.count<StopWaiting>() == 2);  // that of the update, and this
  CHECK(kind_of(there.wait()) == Kind::cancelled);
}

}  // namespace duroxide::client_start_with_test
