// The worker, and what it makes of everything that an activity can do.

#include <stdexcept>

#include "fixture.hpp"
#include "model/error_size.hpp"
#include "model/limits.hpp"
#include "runtime/activity_call.hpp"
#include "runtime/worker.hpp"

namespace duroxide::worker_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

using ScriptedDispatcher =
    ScriptedActor<ActivityDispatcherActor, Received<TryAgain>, Received<ProgressMade>,
                  Received<StintHasNews>, Received<Tick>, Received<Drain>, Received<GiveUp>,
                  Received<storage::AckRefused>>;

struct WorkerFixture : Fixture {
  WorkerActor worker = system.get().spawn<Worker>(environment);
  ScriptedDispatcher dispatcher{system};

  ~WorkerFixture() {
    actors::stop(worker);
    dispatcher.end();
  }

  template <class F>
  SharedDelivery delivery_of(F code) {
    return std::make_shared<Delivery>(
        activity_item("A", 5),
        std::make_shared<const ActivityHandler>(detail::make_activity_handler(std::move(code))), 1);
  }
  template <class F>
  SharedDelivery run(F code) {
    auto delivery = delivery_of(std::move(code));
    run_delivery(delivery);
    return delivery;
  }
  std::optional<WorkItem> run_delivery(const SharedDelivery& delivery) {
    const auto ended = ask<ActivityEnded>(worker, RunActivity{delivery, dispatcher.actor()});
    REQUIRE(*ended);
    return (*ended)->completion;
  }
};

template <class F>
std::optional<WorkItem> call_item(const WorkerItem& item, F code) {
  return call_activity(Environment(), item, detail::make_activity_handler(std::move(code)), {});
}

template <class F>
WorkItem call(F code) {
  auto completion = call_item(activity_item("A", 5), std::move(code));
  REQUIRE(completion);
  return std::move(*completion);
}

template <class F>
ErrorDetails failure_of(F code) {
  const WorkItem item = call(std::move(code));
  REQUIRE(std::holds_alternative<work::ActivityFailed>(item));
  return std::get<work::ActivityFailed>(item).details;
}

struct Strange {};

}  // namespace

TEST_CASE("worker: it answers with the result, and asks the store for nothing", "[workers]") {
  WorkerFixture f;
  const auto completion =
      f.run_delivery(f.delivery_of([](std::string input) { return input + "put"; }));
  REQUIRE(completion);
  const auto& completed = std::get<work::ActivityCompleted>(*completion);
  CHECK(completed.instance == "i5");
  CHECK(completed.execution_id == 1);
  CHECK(completed.id == 2);
  CHECK(completed.result == "input");
  CHECK(f.provider.count<AckWorker>() == 0);
}

TEST_CASE("activity call: what it returns", "[workers][activities]") {
  const auto result = [](WorkItem item) { return std::get<work::ActivityCompleted>(item).result; };
  CHECK(result(call([] {})) == "");
  CHECK(result(call([] { return 7; })) == "7");
  CHECK(result(call([](std::string input) { return input; })) == "in");
  CHECK(result(call([](ActivityContext& context) { return context.activity_name(); })) == "A");
  CHECK(result(call([]() -> Result<int, std::string> { return 8; })) == "8");
  CHECK(result(call([]() -> Result<void, std::string> { return Nothing(); })) == "");
}

TEST_CASE("activity call: what it throws", "[workers][activities][errors]") {
  CHECK(failure_of([] { throw std::runtime_error("broken"); }).message == "broken");
  CHECK(failure_of([] { throw std::runtime_error("broken"); }).kind == ErrorKind::activity_failed);
  CHECK(failure_of([] { throw std::runtime_error("broken"); }).subject == "A");
  CHECK(failure_of([] { throw std::string("text"); }).message == "text");
  CHECK(failure_of([] { throw "literal"; }).message == "literal");
  CHECK(failure_of([] { throw 42; }).kind == ErrorKind::unhandled_exception);
  CHECK(failure_of([] { throw 42; }).message.find("int") != std::string::npos);
  CHECK(failure_of([] { throw Strange(); }).message.find("Strange") != std::string::npos);
  CHECK(failure_of([] { throw PayloadError("bad"); }).kind == ErrorKind::invalid_payload);
}

TEST_CASE("activity call: errors that it returns", "[workers][activities][errors]") {
  CHECK(failure_of([]() -> Result<int, std::string> {
          return failure(std::string("no"));
        }).message == "no");
  ErrorDetails details;
  details.message = "details";
  details.retryable = true;
  CHECK(failure_of([&]() -> Result<int, ErrorDetails> { return failure(details); }).retryable);
  CHECK(failure_of([&]() -> Result<int, ErrorDetails> { return failure(details); }).message ==
        "details");
}

TEST_CASE("activity call: a failure tells once where it came from",
          "[workers][activities][errors]") {
  const std::vector<ErrorOrigin> here{{ErrorOrigin::Kind::activity, "A", "i5", 1, 2}};
  CHECK(failure_of([] { throw std::runtime_error("broken"); }).chain == here);
  CHECK(failure_of([]() -> Result<int, std::string> { return failure(std::string("no")); }).chain ==
        here);
  SECTION("behind the places that it has come through before") {
    ErrorDetails details;
    details.came_through({ErrorOrigin::Kind::orchestration, "O", "other", 3, 0});
    const auto chain = failure_of([&] { throw OrchestrationError(details); }).chain;
    REQUIRE(chain.size() == 2);
    CHECK(chain[0].name == "O");
    CHECK(chain[1] == here[0]);
  }
}

TEST_CASE("activity call: one that completes later has no result yet",
          "[workers][activities][tokens]") {
  const auto item = activity_item("A", 5);
  CHECK_FALSE(call_item(item, [](ActivityContext& context) { (void)context.complete_later(); }));
  CHECK_FALSE(call_item(item, [](ActivityContext& context) -> Result<int, std::string> {
    (void)context.complete_later();
    return failure(std::string("unread"));
  }));
  SECTION("unless it throws") {
    const auto thrown = call_item(item, [](ActivityContext& context) {
      (void)context.complete_later();
      throw std::runtime_error("broken");
    });
    REQUIRE(thrown);
    CHECK(std::get<work::ActivityFailed>(*thrown).details.message == "broken");
  }
}

TEST_CASE("activity call: what it is told of its call", "[workers][activities][tags][sessions]") {
  auto item = activity_item("A", 5);
  item.attempt_count = 3;
  item.item.orchestration = "O";
  item.item.version = "1.2.0";
  item.item.tag = "gpu";
  item.item.session = "s";
  item.progress = "7";
  const auto completed = call_item(item, [](ActivityContext& context) {
    CHECK(context.token().to_string() == "1/2/i5");
    CHECK(context.orchestration_name() == "O");
    CHECK(context.orchestration_version() == "1.2.0");
    CHECK(context.attempt() == 3);
    CHECK(context.tag() == "gpu");
    CHECK(context.session_id() == "s");
    CHECK(context.last_heartbeat() == "7");
    CHECK(context.last_heartbeat<int>() == 7);
    CHECK_FALSE(context.is_cancelled());
    CHECK_THROWS_AS(context.client(), std::logic_error);
  });
  CHECK(completed);
}

TEST_CASE("worker: a call that was left open is not acknowledged", "[workers]") {
  WorkerFixture f;
  f.run([](ActivityContext& context) { (void)context.complete_later(); });
  CHECK(f.provider.count<AckWorker>() == 0);
  CHECK(f.provider.count<AbandonWorker>() == 0);
}

TEST_CASE("worker: an activity that was cancelled before it began is not run",
          "[workers][cancellation]") {
  WorkerFixture f;
  bool ran = false;
  const auto delivery = f.delivery_of([&] { ran = true; });
  delivery->stop.request_stop();
  f.run_delivery(delivery);
  CHECK_FALSE(ran);
  CHECK(f.provider.count<AckWorker>() == 0);
}

TEST_CASE("worker: an activity hears that it is cancelled", "[workers][cancellation]") {
  WorkerFixture f;
  SharedDelivery delivery;
  std::vector<std::string> heard;
  delivery = f.delivery_of([&](ActivityContext& context) {
    const auto callback = context.on_cancelled([&] { heard.emplace_back("callback"); });
    CHECK(heard.empty());
    delivery->stop.request_stop();
    CHECK(context.is_cancelled());
    const auto late = context.on_cancelled([&] { heard.emplace_back("late"); });
  });
  f.run_delivery(delivery);
  CHECK(heard == std::vector<std::string>{"callback", "late"});
}

TEST_CASE("worker: heartbeats reach the dispatcher, the newest only", "[workers][heartbeats]") {
  WorkerFixture f;
  const auto delivery = f.run([](ActivityContext& context) {
    context.heartbeat(1);
    context.heartbeat(2);
    context.heartbeat(3);
  });
  CHECK(f.dispatcher.count<ProgressMade>() == 1);
  CHECK(f.dispatcher.take<ProgressMade>().request.delivery == delivery);
  CHECK(delivery->next_progress() == "3");
  CHECK_FALSE(delivery->next_progress());
  SECTION("which is told again of the next after it has taken all") {
    CHECK(delivery->offer_progress("4"));
    CHECK_FALSE(delivery->offer_progress("5"));
    CHECK(delivery->next_progress() == "5");
  }
}

TEST_CASE("worker: an activity has a client until the runtime has stopped", "[workers]") {
  WorkerFixture f;
  const auto activity = [](ActivityContext& context) {
    context.client().get_orchestration_status("other", [](Client::Status) {});
  };
  const auto store = make_store(f.system.handle(), f.clock, f.provider.actor(), [] {});
  auto client = std::make_shared<const Client>(store);
  f.environment->client = client;
  const auto first = f.run_delivery(f.delivery_of(activity));
  CHECK(f.provider.take<GetStatus>().request.instance == "other");
  REQUIRE(first);
  CHECK(std::holds_alternative<work::ActivityCompleted>(*first));
  client.reset();
  const auto second = f.run_delivery(f.delivery_of(activity));
  REQUIRE(second);
  CHECK(std::get<work::ActivityFailed>(*second).details.message ==
        "there is no client any more: the runtime has been stopped");
}

TEST_CASE("activity call: an input of another type than it takes",
          "[workers][activities][payloads][errors]") {
  CHECK(failure_of([](int) {}).kind == ErrorKind::invalid_payload);
}

TEST_CASE("activity call: results have a largest size", "[workers][activities][limits]") {
  constexpr std::size_t most = model::max_payload_bytes;
  CHECK(
      std::holds_alternative<work::ActivityCompleted>(call([] { return std::string(most, 'x'); })));
  const auto details = failure_of([] { return std::string(most + 1, 'x'); });
  CHECK(details.kind == ErrorKind::limit_exceeded);
  CHECK(details.subject == "A");
}

TEST_CASE("activity call: what an activity fails with is cut where it is too long",
          "[workers][activities][limits][errors]") {
  const std::string large(std::size_t{80} << 20, 'x');
  const auto thrown = failure_of([&] { throw large; });
  CHECK(thrown.kind == ErrorKind::unhandled_exception);
  CHECK(thrown.message.size() <= model::max_error_message_bytes);
  CHECK_THAT(thrown.message, Catch::Contains("83886080 bytes"));
  const auto returned =
      failure_of([&]() -> Result<std::string, std::string> { return failure(large); });
  CHECK(returned.kind == ErrorKind::activity_failed);
  CHECK(returned.message == thrown.message);
}

}  // namespace duroxide::worker_test
