// The worker, and what it makes of everything that an activity can do.

#include <stdexcept>

#include "fixture.hpp"
#include "model/limits.hpp"
#include "runtime/activity_call.hpp"
#include "runtime/worker.hpp"

using namespace duroxide;
using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

struct WorkerFixture : Fixture {
  WorkerActor worker = system.get().spawn<Worker>(environment);

  ~WorkerFixture() {
    actors::stop(worker);
    system.run();
  }

  template <class F>
  void run(F code) {
    auto handler =
        std::make_shared<const ActivityHandler>(detail::make_activity_handler(std::move(code)));
    CHECK(*ask<ActivityEnded>(worker, RunActivity{activity_item("A", 5), handler}));
  }
};

template <class F>
WorkItem call(F code) {
  return call_activity(activity_item("A", 5).item, 1,
                       detail::make_activity_handler(std::move(code)), [](const LogRecord&) {});
}

template <class F>
ErrorDetails failure_of(F code) {
  const WorkItem item = call(std::move(code));
  REQUIRE(std::holds_alternative<work::ActivityFailed>(item));
  return std::get<work::ActivityFailed>(item).details;
}

struct Strange {};

}  // namespace

TEST_CASE("worker: the result goes straight to the store") {
  WorkerFixture f;
  f.run([](std::string input) { return input + "put"; });
  const auto ack = f.provider.answer<AckWorker>(Done());
  CHECK(ack.lock_token == 5);
  REQUIRE(ack.completion);
  const auto& completed = std::get<work::ActivityCompleted>(*ack.completion);
  CHECK(completed.instance == "i5");
  CHECK(completed.execution_id == 1);
  CHECK(completed.id == 2);
  CHECK(completed.result == "input");
  CHECK(f.provider.count<AbandonWorker>() == 0);
}

TEST_CASE("worker: a refused result") {
  WorkerFixture f;
  f.run([] { return 1; });
  SECTION("of an activity that was cancelled is dropped") {
    f.provider.answer<AckWorker>(
        Done(failure(provider_error(ProviderError::Kind::invalid_lock_token))));
    CHECK(f.provider.count<AbandonWorker>() == 0);
    CHECK(f.logged.empty());
  }
  SECTION("is tried again later") {
    f.provider.answer<AckWorker>(Done(failure(provider_error(ProviderError::Kind::storage))));
    const auto abandon = f.provider.answer<AbandonWorker>(Done());
    CHECK(abandon.lock_token == 5);
    CHECK_FALSE(abandon.ignore_attempt);
    CHECK(f.logged.size() == 1);
  }
  SECTION("by a closed store is dropped") {
    f.provider.answer<AckWorker>(Done(failure(provider_error(ProviderError::Kind::closed))));
    CHECK_FALSE(*f.environment->store_works);
  }
}

TEST_CASE("activity call: what it returns") {
  const auto result = [](WorkItem item) { return std::get<work::ActivityCompleted>(item).result; };
  CHECK(result(call([] {})) == "");
  CHECK(result(call([] { return 7; })) == "7");
  CHECK(result(call([](std::string input) { return input; })) == "in");
  CHECK(result(call([](ActivityContext& context) { return context.activity_name(); })) == "A");
  CHECK(result(call([]() -> Result<int, std::string> { return 8; })) == "8");
  CHECK(result(call([]() -> Result<void, std::string> { return Nothing(); })) == "");
}

TEST_CASE("activity call: what it throws") {
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

TEST_CASE("activity call: errors that it returns") {
  CHECK(failure_of([]() -> Result<int, std::string> {
          return failure(std::string("no"));
        }).message == "no");
  ErrorDetails details;
  details.message = "details";
  details.retryable = true;
  CHECK(failure_of([&]() -> Result<int, ErrorDetails> { return failure(details); }) == details);
}

TEST_CASE("activity call: an input of another type than it takes") {
  CHECK(failure_of([](int) {}).kind == ErrorKind::invalid_payload);
}

TEST_CASE("activity call: results have a largest size") {
  constexpr std::size_t most = model::max_payload_bytes;
  CHECK(
      std::holds_alternative<work::ActivityCompleted>(call([] { return std::string(most, 'x'); })));
  const auto details = failure_of([] { return std::string(most + 1, 'x'); });
  CHECK(details.kind == ErrorKind::limit_exceeded);
  CHECK(details.subject == "A");
  CHECK(failure_of([] { throw std::string(most + 1, 'x'); }).kind == ErrorKind::limit_exceeded);
}
