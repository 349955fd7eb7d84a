// Pending calls: how their answers are had, and by whom.

#include <stdexcept>

#include "client/pending_fixture.hpp"
#include "model/lent_thread.hpp"

namespace duroxide::pending_calls_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using Kind = ClientError::Kind;
using Strings = std::vector<std::string>;

namespace {

Job note_status(PendingCall<OrchestrationStatus> call, Strings& notes) {
  const auto status = co_await call;
  notes.push_back(outcome_of(status));
}

/// The commonest line: nothing has a name but the answer.
Job note_start(AsyncClient client, Strings& notes) {
  const std::string input = "in";
  const auto started = co_await client.start_orchestration("i", "O", input);
  notes.push_back(outcome_of(started));
  const auto status = co_await client.get_status("i");
  notes.push_back(outcome_of(status));
}

struct Order {
  std::string id;
  int amount = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("id", id), cereal::make_nvp("amount", amount));
  }
};

constexpr Orchestration<std::string(Order)> checkout{"Checkout"};
constexpr ExternalEvent<Order> changed{"Changed"};
constexpr EventQueue<int> steps{"Steps"};
constexpr Update<int, int> add{"Add"};
constexpr Query<int, int> total{"Total"};

}  // namespace

TEST_CASE("a pending call is made at once, and its answer is had by waiting", "[client]") {
  PendingFixture f;
  auto call = f.async().get_status("i");
  f.run();
  CHECK(f.provider.count<GetStatus>() == 1);
  CHECK_FALSE(call.is_ready());
  SECTION("that has come") {
    f.answer_status();
    CHECK(call.is_ready());
    CHECK(call.wait().value().is_running());
  }
  SECTION("that comes meanwhile") {
    actors::send_from_outside(f.provider.actor(),
                              StopWaiting{});  // something to run, on whose turn it is answered
    f.provider.whenever<StopWaiting>(
        [&] { f.provider.take<GetStatus>().promise.deliver(PendingFixture::running()); });
    CHECK(call.wait().value().is_running());
  }
}

TEST_CASE("a pending call calls back once, and outlives its handle", "[client]") {
  PendingFixture f;
  Strings notes;
  const auto note = [&](const Client::Status& status) { notes.push_back(outcome_of(status)); };
  f.async().get_status("i").then(note);
  f.run();
  CHECK(notes.empty());
  f.answer_status();
  CHECK(notes == Strings{"ok"});
  auto call = f.async().get_status("i");
  f.run();
  f.answer_status();
  call.then(note);  // it is there already
  CHECK(notes == Strings{"ok", "ok"});
}

TEST_CASE("a pending call is awaited in a coroutine of any kind", "[client]") {
  PendingFixture f;
  Strings notes;
  const Job job = note_start(f.async(), notes);
  f.run();
  CHECK(std::get<work::StartOrchestration>(
            f.provider.answer<EnqueueOrchestratorWork>(duroxide::Done()).item)
            .input == "in");
  CHECK(notes == Strings{"ok"});
  f.answer_status();
  CHECK(notes == Strings{"ok", "ok"});
  CHECK(job.is_done());
}

TEST_CASE("a pending call that is answered already does not suspend a coroutine", "[client]") {
  PendingFixture f;
  Strings notes;
  auto call = f.async().get_status("i");
  f.run();
  f.answer_status();
  CHECK(note_status(std::move(call), notes).is_done());
  CHECK(notes == Strings{"ok"});
}

TEST_CASE("the answer of a pending call is had once", "[client][errors]") {
  PendingFixture f;
  auto call = f.async().get_status("i");
  Strings notes;
  const auto note = [&](const Client::Status& status) { notes.push_back(outcome_of(status)); };
  call.then(note);
  const std::string twice = "the answer of this call was asked for before; it is had once";
  SECTION("by waiting") {
    const auto waited = call.wait();
    CHECK(waited.error().kind == Kind::invalid_input);
    CHECK(waited.error().message == twice);
  }
  SECTION("by a callback") {
    call.then([&](const Client::Status& status) { CHECK(status.error().message == twice); });
  }
  SECTION("in a coroutine") {
    Strings refused;
    CHECK(note_status(std::move(call), refused).is_done());
    CHECK(refused == Strings{"invalid input"});
  }
  f.run();
  f.answer_status();
  CHECK(notes == Strings{"ok"});
}

TEST_CASE("who asks a second time is told on the executor, and what the callback throws is logged",
          "[client][errors][log]") {
  PendingFixture f;
  const Loop loop;
  auto call = f.async(CallOptions().on(loop.executor())).get_status("i");
  call.then([](const Client::Status&) {});
  Strings notes;
  call.then([&](const Client::Status& status) {
    notes.push_back(outcome_of(status));
    throw std::runtime_error("a bug of the user's");
  });
  CHECK(notes.empty());
  loop.run();
  CHECK(notes == Strings{"invalid input"});
  CHECK(f.log == Strings{"a completion callback threw: a bug of the user's"});
  f.run();
  f.answer_status();
}

TEST_CASE("a pending call that was moved from says so", "[client][errors]") {
  PendingFixture f;
  auto call = f.async().get_status("i");
  auto other = std::move(call);
  const std::string moved = "no call is pending here: it was moved from";
  CHECK_FALSE(call.is_ready());  // NOLINT(bugprone-use-after-move): that is what is tested
  call.cancel();
  CHECK(call.wait().error().message == moved);
  call.then([&](const Client::Status& status) { CHECK(status.error().message == moved); });
  call.then([](const Client::Status&) { throw std::runtime_error("test: ignore me"); });
  Strings notes;
  CHECK(note_status(std::move(call), notes).is_done());
  CHECK(notes == Strings{"invalid input"});
  f.run();
  f.answer_status();
  CHECK(other.wait().value().is_running());
}

TEST_CASE("a pending call has the errors of its arguments", "[client][errors]") {
  PendingFixture f;
  CHECK(f.async().get_status("").wait().error().kind == Kind::invalid_instance);
  CHECK(f.async().start_orchestration("i", "").wait().error().kind == Kind::invalid_input);
  CHECK(f.async().get_bulk_status({"i", ""}).wait().error().kind == Kind::invalid_instance);
  CHECK(f.async().get_bulk_status({}).wait().value().empty());
  CHECK(f.async(CallOptions().timeout(Milliseconds(-1))).get_status("i").wait().error().message ==
        "the timeout is negative or longer than 100 years");
  CHECK(f.async(CallOptions().timeout(max_delay + Milliseconds(1)))
            .get_status("i")
            .wait()
            .error()
            .kind == Kind::invalid_input);
  f.run();
  CHECK(f.provider.count<GetStatus>() == 0);
}

TEST_CASE("a pending call is not waited for where a blocking call would not be",
          "[client][threads]") {
  PendingFixture f;
  auto call = f.async().get_status("i");
  {
    const model::LentThread lent("a test");
    CHECK(call.wait().error().kind == Kind::would_deadlock);
  }
  REQUIRE(f.log.size() == 1);
  CHECK_THAT(f.log[0], Catch::Contains("a blocking call was made from a test"));
  f.run();
  f.answer_status();
  CHECK(call.wait().value().is_running());  // it was not used up
}

TEST_CASE("a pending call that nobody will answer in a deterministic system says so", "[client]") {
  PendingFixture f;
  auto call = f.async().get_status("i");
  CHECK_THAT(call.wait().error().message, Catch::Contains("will never be answered"));
  f.answer_status();
  CHECK(call.wait().value().is_running());
}

TEST_CASE("what the callback of a pending call throws goes to the log", "[client][log]") {
  PendingFixture f;
  f.async().get_status("i").then(
      [](const Client::Status&) { throw std::runtime_error("a bug of the user's"); });
  f.run();
  f.answer_status();
  CHECK(f.log == Strings{"a completion callback threw: a bug of the user's"});
}

TEST_CASE("pending calls take what blocking ones take", "[client][starts][events][queues]") {
  PendingFixture f;
  const Order order{"o-1", 5};
  const std::string json = encode_payload(order).value();
  const auto next = [&] {
    f.run();
    return f.provider.answer<EnqueueOrchestratorWork>(duroxide::Done());
  };
  const auto input = [&] { return std::get<work::StartOrchestration>(next().item).input; };
  SECTION("starts") {
    auto call = f.async().start_orchestration("i", "O");
    CHECK(input() == "");
    call = f.async().start_orchestration("i", "O", order);
    CHECK(input() == json);
    call = f.async().start_orchestration("i", "O", duroxide::input<Order>("o-1", 5));
    CHECK(input() == json);
    call = f.async().start_orchestration("i", checkout, order);
    CHECK(input() == json);
    call = f.async().start_orchestration("i", checkout, duroxide::input<Order>("o-1", 5));
    CHECK(input() == json);
    call = f.async().start_orchestration("i", checkout);
    CHECK(input() == encode_payload(Order()).value());
    call = f.async().start_orchestration_versioned("i", "O", 1, "1.2.3");
    const auto versioned = std::get<work::StartOrchestration>(next().item);
    CHECK(versioned.version == "1.2.3");
    CHECK(versioned.input == "1");
  }
  SECTION("events") {
    auto call = f.async().raise_event("i", "E", order);
    CHECK(std::get<work::ExternalRaised>(next().item) == work::ExternalRaised{"i", "E", json});
    call = f.async().raise_event("i", changed, order);
    CHECK(std::get<work::ExternalRaised>(next().item) ==
          work::ExternalRaised{"i", "Changed", json});
    call = f.async().raise_event("i", "E");
    CHECK(std::get<work::ExternalRaised>(next().item) == work::ExternalRaised{"i", "E", ""});
  }
  SECTION("queues") {
    auto call = f.async().enqueue_event("i", "Q", 7);
    CHECK(std::get<work::QueueMessage>(next().item) == work::QueueMessage{"i", "Q", "7"});
    call = f.async().enqueue_event("i", "Q", 7, RaiseOptions().key("m-1"));
    CHECK(next().key == "m-1");
    call = f.async().enqueue_event("i", steps, 7, RaiseOptions().key("m-2"));
    CHECK(next().key == "m-2");
    call = f.async().enqueue_event("i", steps, 7);
    CHECK(std::get<work::QueueMessage>(next().item) == work::QueueMessage{"i", "Steps", "7"});
    call = f.async().enqueue_event("i", "Q");
    CHECK(std::get<work::QueueMessage>(next().item) == work::QueueMessage{"i", "Q", ""});
  }
  SECTION("a cancellation") {
    auto call = f.async().cancel_instance("i", "why");
    CHECK(std::get<work::CancelInstance>(next().item) == work::CancelInstance{"i", "why"});
  }
}

TEST_CASE("a pending call asks the code of an instance", "[client][updates][queries]") {
  PendingFixture f;
  const auto answered = [](std::string output) {
    UpdateAnswer answer;
    answer.output = std::move(output);
    return Answer<std::optional<UpdateAnswer>>(std::move(answer));
  };
  auto sum = f.async().update<int>("i", "Add", 2, UpdateOptions().id("u"));
  f.run();
  const auto asked = f.provider.answer<AskUpdate>(answered("5"));
  CHECK(asked.request.id == "u");
  CHECK(asked.request.input == "2");
  CHECK(sum.wait() == 5);
  sum = f.async().update("i", add, 3);
  f.run();
  CHECK(f.provider.answer<AskUpdate>(answered("no number")).request.name == "Add");
  CHECK(sum.wait().error().kind == Kind::invalid_payload);
  auto text = f.async().query("i", "Look", std::string("in"), Milliseconds(5));
  f.run();
  CHECK(f.provider.answer<AskQuery>(answered("out")).question.input == "in");
  CHECK(text.wait() == "out");
  sum = f.async().query("i", total, 4, Milliseconds(5));
  f.run();
  CHECK(f.provider.answer<AskQuery>(answered("7")).question.name == "Total");
  CHECK(sum.wait() == 7);
  sum = f.async().query("i", total, 4, Milliseconds(-1));
  CHECK(sum.wait().error().kind == Kind::invalid_input);
  sum = f.async().update("i", add, 3);
  f.run();
  sum.cancel();
  f.run();
  CHECK_THAT(sum.wait().error().message, Catch::Contains("may be done or not"));
}

TEST_CASE("a pending call decodes an output", "[client][payloads]") {
  PendingFixture f;
  const auto ended = [&](const std::string& output) {
    f.run();
    f.provider.answer<WaitForStatus>(
        Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{output})));
  };
  auto number = f.async().wait_for_output<int>("i");
  ended("42");
  CHECK(number.wait() == 42);
  number = f.async().wait_for_output<int>("i", Milliseconds(5));
  ended("no number");
  CHECK(number.wait().error().kind == Kind::invalid_payload);
  auto text = f.async().wait_for_output("i", checkout);
  ended("out");
  CHECK(text.wait() == "out");
}

TEST_CASE("a pending call about activities, values and statuses", "[client][activities][values]") {
  PendingFixture f;
  const ActivityToken token{"i", 1, 2};
  auto completed = f.async().complete_activity(token, 3);
  f.run();
  CHECK(std::get<work::ActivityCompleted>(
            f.provider.answer<CompleteActivity>(duroxide::Done()).completion)
            .result == "3");
  CHECK(completed.wait());
  auto failed = f.async().fail_activity(token, "why");
  f.run();
  CHECK(std::get<work::ActivityFailed>(
            f.provider.answer<CompleteActivity>(duroxide::Done()).completion)
            .details.message == "why");
  CHECK(failed.wait());
  auto beat = f.async().heartbeat_activity(token, 50);
  f.run();
  CHECK(f.provider.answer<Heartbeat>(duroxide::Done()).details == "50");
  CHECK(beat.wait());
  auto value = f.async().get_value("i", "k");
  f.run();
  f.provider.answer<GetValue>(Answer<std::optional<StoredValue>>(std::nullopt));
  CHECK_FALSE(value.wait().value());
  auto values = f.async().get_all_values("i");
  f.run();
  f.provider.answer<GetValues>(Answer<std::vector<StoredValue>>());
  CHECK(values.wait().value().empty());
  auto change = f.async().wait_for_status_change("i", 3);
  f.run();
  CHECK(f.provider.answer<WaitForStatus>(PendingFixture::running()).after_custom_status == 3);
  CHECK(change.wait());
  auto statuses = f.async().get_bulk_status({"a", "b"});
  f.run();
  f.answer_status();
  f.answer_status();
  CHECK(statuses.wait().value().at(1).second.is_running());
}

}  // namespace duroxide::pending_calls_test
