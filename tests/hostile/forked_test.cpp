// A process that was forked of one with an open store: it has the memory of it, and none of its threads.

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <duroxide/duroxide.hpp>

#include "support/temp_dir.hpp"

namespace duroxide::forked_test {

namespace {

/// How many of the checks failed in a child that does `act`, which counts them.
int failures_in_child(const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(120);  // ends it if it hangs
    ::_exit(act());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

template <class Answer>
int is_told(const Answer& answer) {
  return !answer &&
                 answer.error().message.find("before this process was forked") != std::string::npos
             ? 0
             : 1;
}

}  // namespace

TEST_CASE("a forked process is told that the store is not its own, and ends all the same",
          "[hostile][threads][client]") {
  const testing::TempDir directory;
  std::optional<Store> store(
      LmdbProvider::open(directory.path(), LmdbOptions().log_sink({})).value());
  std::optional<Client> client(*store);
  auto runtime = std::make_unique<Runtime>(*store);
  runtime->register_orchestration(
      "O", [](OrchestrationContext) -> Task<std::string> { co_return "done"; });
  REQUIRE(runtime->start());
  CHECK(failures_in_child([&] {
          int failed = is_told(client->start_orchestration("child", "O"));
          failed += is_told(client->wait_for_completion("i"));
          failed += is_told(client->list_all_instances());
          failed += is_told(client->async().get_status("i").wait());
          bool called = false;
          client->async().get_status("i").then([&](const Client::Status& status) {
            called = true;
            failed += is_told(status);
          });
          failed += called ? 0 : 1;
          Runtime other(*store);
          failed += is_told(other.start());
          runtime.reset();
          client.reset();
          store->close();
          store.reset();
          return failed;
        }) == 0);
  REQUIRE(client->start_orchestration("i", "O"));
  CHECK(client->wait_for_completion("i").value().output() == "done");
  CHECK(client->get_orchestration_status("child").value().is_not_found());
}

TEST_CASE("a forked process leaves the spans of its parent alone, and ends all the same",
          "[hostile][threads][tracing]") {
  std::promise<void> go_on;
  std::promise<void> is_inside;
  const auto waits =
      [&, may_go_on = go_on.get_future().share()](const std::string&) -> Result<void, std::string> {
    is_inside.set_value();
    may_go_on.wait();
    return {};
  };
  auto tracing = Tracing::to(waits).value();
  const Headers headers =
      Headers().set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const std::optional<ParentLink> parent;
  tracing->after_turn({"i", 1, "O", "1.0.0", headers, parent, Timestamp()}, {"i", 1, "O"},
                      TurnOutcome::completed);
  is_inside.get_future().wait();  // so the thread is at work when the process forks
  CHECK(failures_in_child([&] {
          const int failed = tracing->flush(std::chrono::hours(1)) ? 1 : 0;
          tracing.reset();
          return failed;
        }) == 0);
  go_on.set_value();
  CHECK(tracing->flush(std::chrono::minutes(5)));
  CHECK(tracing->exported() == 1);
}

}  // namespace duroxide::forked_test
