// The dashboard of a runtime.

#include <catch2/catch.hpp>

#include <mutex>

#include <duroxide/client.hpp>
#include <duroxide/lmdb_provider.hpp>
#include <duroxide/runtime.hpp>

#include "http/served.hpp"
#include "runtime/beside.hpp"
#include "support/deterministic_system.hpp"
#include "support/temp_dir.hpp"

using namespace duroxide;
using namespace duroxide::testing;

namespace duroxide::http_runtime_test {

std::uint16_t port_of(const std::string& link) {
  const std::string before = "http://127.0.0.1:";
  REQUIRE(link.starts_with(before));
  return static_cast<std::uint16_t>(std::stoul(link.substr(before.size())));
}

Reply ask(std::uint16_t port, const std::string& path) {
  const Peer peer(port);
  peer.send(request_bytes(
      "GET", path,
      {{"Host", "localhost:" + std::to_string(port)}, {"Authorization", "Bearer " + right_token}}));
  return read_reply(peer.rest());
}

TEST_CASE("http: a runtime serves its dashboard from its start to its stop", "[http]") {
  const TempDir dir;
  const auto store = LmdbProvider::open(dir.path()).value();
  std::string link;
  Runtime runtime{
      store,
      RuntimeOptions().control_socket(false).http(
          HttpOptions().token(right_token).on_link([&](const std::string& its) { link = its; }))};
  runtime.register_orchestration("Hello", [](OrchestrationContext ctx) -> Task<std::string> {
    co_return co_await ctx.wait_for_external_event("Word");
  });
  runtime.start().value();
  Client client(store);
  REQUIRE(client.start_orchestration("h-1", "Hello", ""));
  const std::uint16_t port = port_of(link);
  CHECK(ask(port, "/api/v1/list").body.find("h-1") != std::string::npos);
  const Peer following(port);
  following.send(request_bytes(
      "GET", "/api/v1/changes?instance=h-1",
      {{"Host", "localhost:" + std::to_string(port)}, {"Authorization", "Bearer " + right_token}}));
  following.until("event: changes");
  REQUIRE(client.raise_event("h-1", "Word", std::string("hi")));
  CHECK(following.rest().find(R"("kind":"ended")") != std::string::npos);
  runtime.stop();
  CHECK_FALSE(Peer(port).is_connected());
}

TEST_CASE("http: a runtime without a dashboard goes on, and its log says why", "[http]") {
  const Served other;
  std::mutex mutex;
  std::string errors;
  const LogSink sink = [&](const LogRecord& record) {
    const std::lock_guard lock(mutex);
    errors += record.level == LogLevel::error ? record.message : "";
  };
  const Store store = MemoryProvider::create();
  Runtime runtime{store, RuntimeOptions().log_sink(sink).http(HttpOptions().port(other.port))};
  REQUIRE(runtime.start());
  CHECK(runtime.is_running());
  runtime.stop();
  CHECK(errors.find("127.0.0.1:" + std::to_string(other.port)) != std::string::npos);
}

TEST_CASE("http: a runtime that is stepped by hand serves no dashboard", "[http]") {
  test::DeterministicSystem system;
  const Store store = MemoryProvider::create(MemoryOptions().actor_system(system.handle()));
  bool told = false;
  runtime::BesideOptions options;
  options.http = HttpOptions().on_link([&](const std::string&) { told = true; });
  options.log = [&](const LogRecord&) { told = true; };
  for (const auto& served : runtime::start_beside(store, options)) {
    CHECK(served == nullptr);
  }
  CHECK_FALSE(told);
}

TEST_CASE("http: a log that keeps warnings alone tells the link", "[http]") {
  std::mutex mutex;
  std::string warned;
  const LogSink sink = [&](const LogRecord& record) {
    const std::lock_guard lock(mutex);
    warned += record.level >= LogLevel::warn ? record.message : "";
  };
  const Store store = MemoryProvider::create();
  Runtime runtime{store, RuntimeOptions().log_sink(sink).http(HttpOptions())};
  REQUIRE(runtime.start());
  runtime.stop();
  CHECK(warned.find("/enter?code=") != std::string::npos);
}

TEST_CASE("http: options that make no sense are refused", "[http]") {
  for (const HttpOptions& options :
       {HttpOptions().token("short"), HttpOptions().token("with a blank in it, and long"),
        HttpOptions().token(std::string(513, 'x')), HttpOptions().unix_socket("s").port(80),
        HttpOptions().unix_socket("s").token(right_token)}) {
    CHECK(options.problem());
    Runtime runtime{MemoryProvider::create(), RuntimeOptions().http(options)};
    const auto started = runtime.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().kind == RuntimeError::Kind::invalid_options);
  }
  CHECK_FALSE(HttpOptions().port(8'080).token(right_token).problem());
}

}  // namespace duroxide::http_runtime_test
