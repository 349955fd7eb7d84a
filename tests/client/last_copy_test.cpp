// What becomes of calls when the last copy of their client goes: each is answered, and then nothing of
// them runs any more.

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include <duroxide/async_management.hpp>
#include <duroxide/memory_provider.hpp>

#include "client/call_state.hpp"
#include "client/calls.hpp"
#include "client/pending_fixture.hpp"
#include "model/lent_thread.hpp"

namespace duroxide::last_copy_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using Kind = ClientError::Kind;
using Strings = std::vector<std::string>;

namespace {

const std::string gone =
    "the client was destroyed before the call was answered; what the call was to change may be "
    "done "
    "or not";
const std::string never_sent =
    "the client was destroyed before the call was answered; nothing was changed by it";

Job note_wait(AsyncClient& client, Strings& notes) {
  auto call = client.wait_for_completion("i");
  const auto status = co_await call;
  notes.push_back(outcome_of(status));
}

struct World {
  Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  std::optional<Client> client{Client(store)};
};

}  // namespace

TEST_CASE("the last copy of a client answers what is pending", "[client][stop]") {
  PendingFixture f;
  Strings notes;
  auto pending = f.async().start_orchestration("i", "O");
  f.async().wait_for_completion("i").then(
      [&](const Client::Status& status) { notes.push_back(outcome_of(status)); });
  f.client->raise_event("i", "E", std::string(), [&](const Client::Done& done) {
    CHECK(done.error().message == gone);
    notes.push_back("the form with a callback: " + outcome_of(done));
  });
  f.run();
  auto copy = f.client;
  f.client.reset();
  f.run();
  CHECK(notes.empty());
  copy.reset();
  CHECK(notes == Strings{"cancelled", "the form with a callback: cancelled"});
  const auto started = pending.wait();  // needs the client no more
  CHECK(started.error().kind == Kind::cancelled);
  CHECK(started.error().message == gone);
  f.run();
  CHECK(f.provider.count<StopWaiting>() == 1);
}

TEST_CASE("the last copy of a client says of what was never sent that it has changed nothing",
          "[client][stop][errors]") {
  PendingFixture f;
  constexpr std::size_t many = 2 * client::Calls::most_under_way;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < many; ++i) {
    f.async().get_status("other").then([&](const Client::Status& status) {
      ++answered;
      CHECK(status.error().message == never_sent);
    });
  }
  auto pending = f.async().start_orchestration("i", "O");
  f.run();
  f.client.reset();
  CHECK(answered == many);
  CHECK(pending.wait().error().message == never_sent);
  f.run();
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
}

TEST_CASE("the last copy of a client runs what waits in the queue of an executor",
          "[client][stop]") {
  PendingFixture f;
  const Loop loop;
  Strings notes;
  f.async(CallOptions().on(loop.executor()))
      .get_status("i")
      .then([&](const Client::Status& status) { notes.push_back(outcome_of(status)); });
  std::optional<AsyncClient> client(f.async(CallOptions().on(loop.executor())));
  const Job job = note_wait(*client, notes);
  f.run();
  f.answer_status();
  client.reset();
  CHECK(notes.empty());
  f.client.reset();
  CHECK(notes == Strings{"ok", "cancelled"});
  CHECK(job.is_done());
  loop.run();  // nothing is left to be done there
  CHECK(notes.size() == 2);
}

TEST_CASE("a callback may drop the last copy of its client, which does not wait for it",
          "[client][stop]") {
  PendingFixture f;
  Strings notes;
  f.async().get_status("i").then([&](const Client::Status&) {
    f.client.reset();
    notes.push_back("dropped");
  });
  f.async().wait_for_completion("i").then(
      [&](const Client::Status& status) { notes.push_back(outcome_of(status)); });
  f.run();
  f.answer_status();
  CHECK(notes == Strings{"cancelled", "dropped"});
}

TEST_CASE("calls that were made in the callback that drops the last copy are answered behind it",
          "[client][stop]") {
  PendingFixture f;
  Strings notes;
  std::optional<PendingCall<OrchestrationStatus>> pending;
  f.async().get_status("i").then([&](const Client::Status&) {
    pending.emplace(f.async().get_status("j"));
    f.client->get_orchestration_status(
        "k", [&](const Client::Status& status) { notes.push_back("k: " + outcome_of(status)); });
    f.client->get_orchestration_status("", [&](const Client::Status& status) {
      notes.push_back("refused: " + outcome_of(status));
    });
    f.client.reset();
    notes.push_back("dropped");
  });
  f.run();
  f.answer_status();
  f.run();
  CHECK(notes == Strings{"dropped", "k: cancelled", "refused: invalid instance"});
  REQUIRE(pending->is_ready());
  CHECK(pending->wait().error().kind == Kind::cancelled);
  CHECK(f.provider.count<GetStatus>() == 0);
}

TEST_CASE("a call that outlives its client may still be asked, cancelled and dropped",
          "[client][stop]") {
  PendingFixture f;
  Strings notes;
  auto call = f.async().get_status("i");
  auto dropped = std::make_optional(f.async().get_status("i"));
  f.client.reset();
  call.cancel();
  call.then([&](const Client::Status& status) { notes.push_back(outcome_of(status)); });
  dropped.reset();
  CHECK(notes == Strings{"cancelled"});
}

TEST_CASE("the destructor of the last copy waits for a callback on a thread of the engine's",
          "[client][stop][threads]") {
  World w;
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> has_left{false};
  // Not by way of a pending call: one that is answered already calls back at once, on this thread.
  w.client->get_orchestration_status("i", [&](const Client::Status&) {
    entered.set_value();
    leave.get_future().wait();
    has_left = true;
  });
  entered.get_future().wait();
  std::thread ends([&] {
    w.client.reset();
    CHECK(has_left);
  });
  leave.set_value();
  ends.join();
}

TEST_CASE("the destructor of the last copy waits for a callback in a pool",
          "[client][stop][threads]") {
  World w;
  const auto pool = Executor::pool(2);
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> has_left{false};
  w.client->async(CallOptions().on(pool)).get_status("i").then([&](const Client::Status&) {
    entered.set_value();
    leave.get_future().wait();
    has_left = true;
  });
  entered.get_future().wait();
  std::thread ends([&] {
    w.client.reset();
    CHECK(has_left);
  });
  leave.set_value();
  ends.join();
}

TEST_CASE("the last copy may go in a callback of an executor, or of another client",
          "[client][stop][threads]") {
  World w;
  std::promise<std::string> pending;
  auto wait = w.client->async().start_orchestration("i", "O");
  REQUIRE(wait.wait());
  w.client->async().wait_for_completion("i").then(
      [&](const Client::Status& status) { pending.set_value(outcome_of(status)); });
  std::promise<void> dropped;
  const auto drop = [&](const Client::Status&) {
    w.client.reset();
    dropped.set_value();
  };
  if (GENERATE(false, true)) {
    w.client->async(CallOptions().on(Executor::pool(1))).get_status("i").then(drop);
    dropped.get_future().wait();
  } else {
    const Client other(w.store);
    other.async().get_status("i").then(drop);
    dropped.get_future().wait();
  }
  CHECK(pending.get_future().get() == "cancelled");
}

TEST_CASE("the last copy may go on a lent thread while a callback of it runs elsewhere",
          "[client][stop][threads]") {
  World w;
  const auto pool = Executor::pool(1);
  std::promise<void> entered;
  std::promise<void> leave;
  std::promise<void> left;
  w.client->async(CallOptions().on(pool)).get_status("i").then([&](const Client::Status&) {
    entered.set_value();
    leave.get_future().wait();
    left.set_value();
  });
  entered.get_future().wait();
  {
    const model::LentThread lent("a test");
    w.client.reset();
  }
  leave.set_value();
  left.get_future().wait();
}

TEST_CASE("a pending call that is made through a client that ends is cancelled", "[client][stop]") {
  PendingFixture f;
  const detail::CallSurroundings surroundings(f.store);
  surroundings.take_no_more();
  bool made = false;
  auto call = detail::begin_call<int>(surroundings, CallOptions(),
                                      [&](const auto& /*on_answer*/) { made = true; });
  CHECK_FALSE(made);
  const auto answer = call.wait();
  CHECK(answer.error().kind == Kind::cancelled);
  CHECK(answer.error().message ==
        "the call was made through a client that is being destroyed; nothing was changed by it");
}

TEST_CASE("a management client that goes answers what is pending, too",
          "[client][management][stop]") {
  DeterministicSystem system;
  ScriptedProvider provider(system);
  ScriptedManagement management(system);
  const auto store = make_store(system.handle(), std::make_shared<ManualClock>(), provider.actor(),
                                management.actor());
  std::optional<ManagementClient> client(store);
  auto depths = client->async().get_queue_depths();
  auto released = client->async().release_from_quarantine("i");
  system.run();
  client.reset();
  CHECK(depths.wait().error().kind == Kind::cancelled);
  CHECK(released.wait().error().kind == Kind::cancelled);
  provider.end();
  management.end();
}

}  // namespace duroxide::last_copy_test
