// Pending calls that are taken back: cancelled, out of time, or because nobody wants their answer.

#include <stop_token>

#include "client/calls.hpp"
#include "client/pending_fixture.hpp"

namespace duroxide::taken_back_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;

namespace {

const std::string nothing_changed = "the call was cancelled; nothing was changed by it";
const std::string unknown =
    ", and had been sent to the store: what it was to change may be done or not. Look, or make it "
    "again if that does no harm";

template <class T>
ClientError error_of(PendingCall<T>& call) {
  REQUIRE(call.is_ready());
  const auto answer = call.wait();
  REQUIRE_FALSE(answer);
  return answer.error();
}

Job wait_for(PendingCall<OrchestrationStatus> call, bool& goes_on) {
  const auto status = co_await call;
  goes_on = true;
}

}  // namespace

TEST_CASE("a wait that is cancelled is taken back from the store",
          "[client][cancellation][waits]") {
  PendingFixture f;
  auto call = f.async().wait_for_completion("i");
  f.run();
  CHECK_FALSE(call.is_ready());
  call.cancel();
  call.cancel();
  f.run();
  CHECK(f.provider.count<StopWaiting>() == 1);
  CHECK(f.provider.take<StopWaiting>().request.wait_id ==
        f.provider.first<WaitForStatus>().request.wait_id);
  const auto error = error_of(call);
  CHECK(error.kind == Kind::cancelled);
  CHECK(error.message == nothing_changed);
  f.provider.answer<WaitForStatus>(PendingFixture::running());  // as a store does; nobody looks
  call.cancel();
  f.run();
  CHECK(f.provider.count<StopWaiting>() == 0);
}

TEST_CASE("a cancelled call calls back once, whatever comes later", "[client][cancellation]") {
  PendingFixture f;
  int called = 0;
  auto call = f.async().get_status("i");
  call.then([&](const Client::Status& status) {
    ++called;
    CHECK(outcome_of(status) == "cancelled");
  });
  f.run();
  call.cancel();
  f.run();
  CHECK(called == 1);
  f.answer_status();
  CHECK(called == 1);
}

TEST_CASE("an answer that comes before the cancellation counts", "[client][cancellation]") {
  PendingFixture f;
  auto call = f.async().get_status("i");
  f.run();
  f.answer_status();
  call.cancel();
  f.run();
  CHECK(call.wait().value().is_running());
}

TEST_CASE("a change that is cancelled says what is known of it", "[client][cancellation][starts]") {
  PendingFixture f;
  SECTION("it had been sent") {
    auto call = f.async().start_orchestration("i", "O");
    f.run();
    call.cancel();
    f.run();
    CHECK(error_of(call).message == "the call was cancelled" + unknown);
    f.provider.answer<EnqueueOrchestratorWork>(duroxide::Done());
  }
  SECTION("others were before it") {
    std::vector<PendingCall<OrchestrationStatus>> others;
    for (std::size_t i = 0; i < client::Calls::most_under_way; ++i) {
      others.push_back(f.async().get_status("other"));
    }
    auto call = f.async().start_orchestration("i", "O");
    auto wait = f.async().wait_for_completion("i", 5s);
    f.run();
    wait.cancel();  // first, as it could be made if nothing were before it
    call.cancel();
    f.run();
    CHECK(error_of(call).message == nothing_changed);
    CHECK(error_of(wait).message == nothing_changed);
    for (std::size_t i = 0; i < others.size(); ++i) {
      f.answer_status();
    }
    f.pass(5s);
    CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
    CHECK(f.provider.count<WaitForStatus>() == 0);
    CHECK(f.provider.count<StopWaiting>() == 0);
  }
  SECTION("the store was asked first whether it can delay a start") {
    auto call = f.async().schedule_orchestration("i", "O", std::string("in"), 5s);
    f.run();
    call.cancel();
    f.run();
    CHECK(error_of(call).message == nothing_changed);
    f.provider.answer<SupportsDelayedVisibility>(true);
    CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
  }
}

TEST_CASE("what waits behind a flood of calls may be cancelled, and runs out of time as others do",
          "[client][cancellation][clock][limits]") {
  PendingFixture f;
  std::vector<PendingCall<OrchestrationStatus>> others;
  for (std::size_t i = 0; i < 2 * client::Calls::most_under_way; ++i) {
    others.push_back(f.async().get_status("other"));
  }
  f.run();
  auto timed = f.async(CallOptions().timeout(5s)).start_orchestration("timed", "O");
  auto cancelled = f.async().start_orchestration("cancelled", "O");
  auto kept = f.async().start_orchestration("kept", "O");
  f.run();
  cancelled.cancel();
  f.run();
  CHECK(error_of(cancelled).message == nothing_changed);
  f.pass(5s);
  CHECK(error_of(timed).message ==
        "the call was not answered within 5000 ms; nothing was changed by it");
  for (std::size_t i = 0; i < others.size(); ++i) {
    f.answer_status();
  }
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 1);
  f.provider.answer<EnqueueOrchestratorWork>(duroxide::Done());
  CHECK(kept.wait());
}

TEST_CASE("what waits behind a flood of calls and has no time is answered at once",
          "[client][cancellation][clock][limits]") {
  PendingFixture f;
  std::vector<PendingCall<OrchestrationStatus>> others;
  for (std::size_t i = 0; i <= client::Calls::most_under_way; ++i) {
    others.push_back(f.async().get_status("other"));
  }
  f.run();
  auto call = f.async(CallOptions().timeout(0ms)).start_orchestration("i", "O");
  f.run();
  CHECK(error_of(call).message ==
        "the call was not answered within 0 ms; nothing was changed by it");
}

TEST_CASE("every call may have a timeout, by the store's clock", "[client][waits][clock]") {
  PendingFixture f;
  const auto options = CallOptions().timeout(5s);
  SECTION("of a change") {
    auto call = f.async(options).raise_event("i", "E");
    f.run();
    f.pass(4999ms);
    CHECK_FALSE(call.is_ready());
    f.pass(1ms);
    const auto error = error_of(call);
    CHECK(error.kind == Kind::timeout);
    CHECK(error.message == "the call was not answered within 5000 ms" + unknown);
  }
  SECTION("of a wait, which is taken back") {
    auto call = f.async(options).wait_for_completion("i");
    f.run();
    f.pass(5s);
    CHECK(f.provider.count<StopWaiting>() == 1);
    CHECK(error_of(call).message ==
          "the call was not answered within 5000 ms; nothing was changed by it");
  }
  SECTION("of one that is answered in time") {
    auto call = f.async(options).get_status("i");
    auto other = f.async().with(options).get_status("i");
    f.run();
    f.answer_status();
    CHECK(call.wait().value().is_running());
    f.pass(5s);
    CHECK(error_of(other).kind == Kind::timeout);
  }
  SECTION("of many, each in its time") {
    auto late = f.async(CallOptions().timeout(9s)).get_status("i");
    auto early = f.async(options).get_status("i");
    f.run();
    f.pass(5s);
    CHECK(error_of(early).kind == Kind::timeout);
    CHECK_FALSE(late.is_ready());
    f.pass(4s);
    CHECK(error_of(late).kind == Kind::timeout);
  }
  SECTION("of no time") {
    auto call = f.async(CallOptions().timeout(0s)).get_status("i");
    f.run();
    CHECK(error_of(call).kind == Kind::timeout);
  }
  SECTION("beside that of the wait itself, which comes first") {
    auto call = f.async(options).wait_for_completion("i", 2s);
    f.run();
    f.pass(2s);
    f.provider.answer<WaitForStatus>(PendingFixture::running());
    CHECK(error_of(call).message == "instance i has not finished within 2000 ms");
  }
}

TEST_CASE("a stop token cancels the calls that were made with it", "[client][cancellation]") {
  PendingFixture f;
  std::stop_source source;
  const auto options = CallOptions().stop(source.get_token());
  auto answered = f.async(options).get_status("i");
  f.run();
  f.answer_status();
  auto wait = f.async(options).wait_for_completion("i");
  f.run();
  source.request_stop();
  f.run();
  CHECK(error_of(wait).kind == Kind::cancelled);
  CHECK(f.provider.count<StopWaiting>() == 1);
  CHECK(answered.wait().value().is_running());
  auto never = f.async(options).start_orchestration("i", "O");
  CHECK(error_of(never).message ==
        "the call was cancelled before it was made; nothing was changed by it");
  f.run();
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
}

TEST_CASE("a call whose answer nobody has asked for is cancelled with its handle",
          "[client][cancellation]") {
  PendingFixture f;
  SECTION("destroyed") {
    { const auto call = f.async().wait_for_completion("i"); }
    f.run();
    CHECK(f.provider.count<StopWaiting>() == 1);
  }
  SECTION("replaced by another") {
    auto call = f.async().wait_for_completion("i");
    f.run();
    call = f.async().wait_for_completion("j");
    f.run();
    CHECK(f.provider.count<StopWaiting>() == 1);
  }
  SECTION("asked for") {
    bool called = false;
    f.async().wait_for_completion("i").then([&](const Client::Status&) { called = true; });
    f.run();
    CHECK(f.provider.count<StopWaiting>() == 0);
    f.provider.answer<WaitForStatus>(PendingFixture::running());
    CHECK(called);
  }
}

TEST_CASE("a coroutine that is destroyed while it awaits cancels, and is not resumed",
          "[client][cancellation]") {
  PendingFixture f;
  const Loop loop;
  bool goes_on = false;
  const auto options = CallOptions().on(loop.executor());
  SECTION("before the answer") {
    { const Job job = wait_for(f.async(options).wait_for_completion("i"), goes_on); }
    f.run();
    CHECK(f.provider.count<StopWaiting>() == 1);
  }
  SECTION("while it waits in the queue of the executor") {
    {
      const Job job = wait_for(f.async(options).get_status("i"), goes_on);
      f.run();
      f.answer_status();
      CHECK(loop.tasks->size() == 1);
    }
  }
  loop.run();
  CHECK_FALSE(goes_on);
}

TEST_CASE("a call of many requests is cancelled as one", "[client][cancellation]") {
  PendingFixture f;
  auto call = f.async().get_bulk_status({"a", "b", "c"});
  f.run();
  f.answer_status();
  call.cancel();
  f.run();
  CHECK(error_of(call).kind == Kind::cancelled);
  f.answer_status();
  f.answer_status();
}

}  // namespace duroxide::taken_back_test
