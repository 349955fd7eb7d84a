// Where callbacks run, and coroutines go on.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <duroxide/executor.hpp>

#include "client/pending_fixture.hpp"
#include "model/lent_thread.hpp"

namespace duroxide::executors_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using Strings = std::vector<std::string>;

namespace {

Job note_status(PendingCall<OrchestrationStatus> call, Strings& notes) {
  const auto status = co_await call;
  notes.push_back(outcome_of(status));
}

}  // namespace

TEST_CASE("an executor in place runs a task at once", "[client]") {
  const Executor executor;
  CHECK(executor.is_in_place());
  CHECK(Executor::in_place().is_in_place());
  bool ran = false;
  executor.post([&] { ran = true; });
  CHECK(ran);
}

TEST_CASE("a pool runs tasks on its threads, and all of them before it ends", "[client][threads]") {
  std::atomic<int> ran{0};
  std::promise<std::thread::id> first;
  {
    const auto pool = Executor::pool(GENERATE(std::size_t{0}, std::size_t{3}));
    CHECK_FALSE(pool.is_in_place());
    pool.post([&] { first.set_value(std::this_thread::get_id()); });
    CHECK(first.get_future().get() != std::this_thread::get_id());
    for (int i = 0; i < 100; ++i) {
      pool.post([&] { ++ran; });
    }
  }
  CHECK(ran == 100);
}

TEST_CASE("a pool may be dropped by one of its own threads", "[client][threads]") {
  std::promise<void> over;
  auto pool = std::make_shared<std::optional<Executor>>(Executor::pool(2));
  const Executor copy = **pool;
  copy.post([&over, last = std::move(pool)]() mutable {
    last.reset();
    over.set_value();
  });
  over.get_future().get();
}

TEST_CASE("a pool that is dropped on a lent thread is not waited for, and runs what was posted",
          "[client][threads]") {
  std::promise<void> go_on;
  std::promise<void> ran;
  {
    const model::LentThread lent("a test");
    const auto pool = Executor::pool(1);
    pool.post([&] { go_on.get_future().wait(); });
    pool.post([&] { ran.set_value(); });
  }
  go_on.set_value();
  ran.get_future().wait();
}

TEST_CASE("an executor that goes with its last call goes on a thread that is marked as lent",
          "[client][threads]") {
  class Noting {
   public:
    explicit Noting(std::vector<bool>& lent) : lent_(lent) {}
    ~Noting() { lent_.push_back(model::LentThread::lent_to() != nullptr); }
    Noting(const Noting&) = delete;
    Noting& operator=(const Noting&) = delete;

   private:
    std::vector<bool>& lent_;
  };
  std::vector<bool> lent;
  PendingFixture f;
  f.async(CallOptions().on(Executor::posting(
              [noting = std::make_shared<Noting>(lent)](const Executor::Task& task) { task(); })))
      .get_status("i")
      .then([](const Client::Status&) {});
  f.run();
  CHECK(lent.empty());
  f.answer_status();
  CHECK(lent == std::vector<bool>{true});
}

TEST_CASE("in a process that was forked a pool runs tasks in place, and ends without waiting",
          "[client][threads]") {
  auto pool = std::make_optional(Executor::pool(2));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    bool ran = false;
    pool->post([&] { ran = true; });
    pool.reset();
    ::_exit(ran ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a callback waits in the queue of its executor", "[client]") {
  PendingFixture f;
  const Loop loop;
  Strings notes;
  const auto client = f.async(CallOptions().on(loop.executor()));
  client.get_status("i").then(
      [&](const Client::Status& status) { notes.push_back(outcome_of(status)); });
  f.run();
  f.answer_status();
  CHECK(notes.empty());
  loop.run();
  CHECK(notes == Strings{"ok"});
}

TEST_CASE("a coroutine goes on on its executor, also if the answer is there already", "[client]") {
  PendingFixture f;
  const Loop loop;
  Strings notes;
  auto call = f.async(CallOptions().on(loop.executor())).get_status("i");
  f.run();
  const bool is_answered = GENERATE(false, true);
  if (is_answered) {
    f.answer_status();
  }
  const Job job = note_status(std::move(call), notes);
  if (!is_answered) {
    f.answer_status();
  }
  CHECK_FALSE(job.is_done());
  loop.run();
  CHECK(job.is_done());
  CHECK(notes == Strings{"ok"});
}

TEST_CASE("what a callback throws in an executor goes to the log", "[client][log]") {
  PendingFixture f;
  const Loop loop;
  f.async(CallOptions().on(loop.executor())).get_status("i").then([](const Client::Status&) {
    throw 5;  // NOLINT: no exception of the library's
  });
  f.run();
  f.answer_status();
  loop.run();
  CHECK(f.log == Strings{"a completion callback threw something that is not a std::exception"});
}

TEST_CASE("a callback that an executor does not take is run in place, and the log says why",
          "[client][log]") {
  PendingFixture f;
  Strings notes;
  const bool says_why = GENERATE(true, false);
  const auto refusing = Executor::posting([says_why](const Executor::Task&) {
    if (says_why) {
      throw std::runtime_error("the loop is full");
    }
    throw 5;  // NOLINT: no exception of the library's
  });
  f.async(CallOptions().on(refusing)).get_status("i").then([&](const Client::Status& status) {
    notes.push_back(outcome_of(status));
  });
  f.run();
  f.answer_status();
  CHECK(notes == Strings{"ok"});
  CHECK(f.log ==
        Strings{std::string("an executor did not take a callback, which is run in place: ") +
                (says_why ? "the loop is full" : "something that is not a std::exception")});
}

TEST_CASE("an executor that keeps a task and then throws has it run once", "[client]") {
  PendingFixture f;
  int called = 0;
  std::vector<Executor::Task> kept;
  const auto both = Executor::posting([&](Executor::Task task) {
    kept.push_back(std::move(task));
    throw std::runtime_error("after all not");
  });
  f.async(CallOptions().on(both)).get_status("i").then([&](const Client::Status&) { ++called; });
  f.run();
  f.answer_status();
  for (const auto& task : kept) {
    task();
  }
  CHECK(called == 1);
}

}  // namespace duroxide::executors_test
