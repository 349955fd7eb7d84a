// A store that is closed while others still have it: everybody is told, and nobody waits.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "support/temp_dir.hpp"

namespace duroxide::closed_store_test {

using namespace std::chrono_literals;
using Kind = ClientError::Kind;
using testing::TempDir;

namespace {

Store open(const TempDir& directory) {
  return LmdbProvider::open(directory.path(), LmdbOptions().log_sink({})).value();
}

RuntimeOptions quiet() {
  return RuntimeOptions().log_sink([](const LogRecord&) {});
}

template <class Result>
void check_closed(const Result& result) {
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == Kind::storage_error);
  CHECK_THAT(result.error().message, Catch::Contains("the store was closed with `Store::close`"));
}

}  // namespace

TEST_CASE("a closed store answers every call at once, and its directory can be opened again",
          "[client][stop]") {
  const TempDir directory;
  const Store store = open(directory);
  const Client client(store);
  const ManagementClient management(store);
  Client changing = client;
  REQUIRE(changing.start_orchestration("i", "O"));
  auto pending = client.async().wait_for_completion("i");
  CHECK_FALSE(store.is_closed());
  store.close();
  store.close();
  CHECK(store.is_closed());
  CHECK(pending.wait().error().kind == Kind::storage_error);
  check_closed(changing.start_orchestration("j", "O"));
  check_closed(client.get_orchestration_status("i"));
  check_closed(client.wait_for_completion("i", 1h));
  check_closed(client.async().get_status("i").wait());
  check_closed(management.list_instances());
  check_closed(management.async().list_paused().wait());
  check_closed(Client(store).get_orchestration_status("i"));
  check_closed(Client::with_management(store, store).list_instances());
  CHECK(store.has_management());
  CHECK(store.directory() == directory.path());
  const Store again = open(directory);
  CHECK(Client(again).get_orchestration_status("i").value().is_running());
}

TEST_CASE("a runtime does not start on a closed store, and stops on one", "[client][stop]") {
  const TempDir directory;
  const Store store = open(directory);
  Client client(store);
  {
    Runtime runtime(store, quiet());
    runtime.register_orchestration("O", [](OrchestrationContext ctx) -> Task<std::string> {
      co_return co_await ctx.wait_for_external_event("Go");
    });
    REQUIRE(runtime.start());
    REQUIRE(client.start_orchestration("i", "O"));
    store.close();
    runtime.stop();
    CHECK_FALSE(runtime.is_running());
    const auto started = runtime.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().kind == RuntimeError::Kind::storage_error);
    CHECK_THAT(started.error().message,
               Catch::Contains("the store was closed with `Store::close`"));
  }
  const Store again = open(directory);
  Runtime runtime(again, quiet());
  runtime.register_orchestration("O", [](OrchestrationContext ctx) -> Task<std::string> {
    co_return co_await ctx.wait_for_external_event("Go");
  });
  REQUIRE(runtime.start());
  Client other(again);
  REQUIRE(other.raise_event("i", "Go", std::string("on")));
  CHECK(other.wait_for_completion("i").value().output() == "on");
}

TEST_CASE("in a process that was forked clients refuse calls and end, and the store is not closed",
          "[client][stop][threads]") {
  const Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(60);  // kills it if it waits for threads that are not there
    bool is_right = true;
    {
      const Client client(store);
      is_right = client.get_status("i").error().kind == Kind::storage_error;
      client.get_orchestration_status("i", [](const Client::Status&) {});
      client.get_orchestration_status("", [](const Client::Status&) {});
      is_right &= client.async().get_status("i").wait().error().kind == Kind::storage_error;
      const ManagementClient management(store);
      management.get_queue_depths([](const auto&) {});
      is_right &= management.get_queue_depths().error().kind == Kind::storage_error;
      const auto both = Client::with_management(store, store);
      both.get_orchestration_status("i", [](const Client::Status&) {});
      is_right &= both.get_status("i").error().kind == Kind::storage_error;
    }
    store.close();
    is_right &= !store.is_closed();
    ::_exit(is_right ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK_FALSE(store.is_closed());
}

TEST_CASE("a store may be closed in a callback, which does not wait for itself",
          "[client][stop][threads]") {
  const Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  const Client client(store);
  auto other = client.async().wait_for_completion("nobody");
  std::atomic<bool> closed{false};
  auto call = client.async(CallOptions().on(Executor::pool(1))).get_status("i");
  call.then([&](const Client::Status&) {
    store.close();
    closed = true;
    closed.notify_all();
  });
  closed.wait(false);
  check_closed(client.get_orchestration_status("i"));
}

}  // namespace duroxide::closed_store_test
