// Updates and queries: what the code of an instance is asked by way of HTTP.

#include <catch2/catch.hpp>

#include <atomic>
#include <string>

#include <nlohmann/json.hpp>

#include <duroxide/client.hpp>
#include <duroxide/runtime.hpp>

#include "gateway/http/api.hpp"
#include "http/served.hpp"
#include "support/counting.hpp"

using namespace duroxide;
using namespace duroxide::testing;
using nlohmann::json;

namespace duroxide::http_asking_test {

/// Whose code adds up: the instance `c`.
struct Counting {
  explicit Counting(bool actions = true, const gateway::http::HttpLimits& limits = {})
      : served(HttpOptions().token(right_token).actions(actions), limits) {
    runtime.register_orchestration("Count", count_up);
    REQUIRE(runtime.start());
    REQUIRE(client.start_orchestration("c", "Count"));
  }

  [[nodiscard]] Reply update(json more) const {
    more.emplace("instance", "c");
    more.emplace("name", "Add");
    return served.post("/api/v1/update", more.dump());
  }
  [[nodiscard]] Reply query(const std::string& more) const {
    return served.get("/api/v1/query?" + more);
  }
  [[nodiscard]] std::string total() const {
    return json::parse(query("instance=c&name=Total").body).at("answer").get<std::string>();
  }

  Served served;
  Client client{served.store};
  Runtime runtime{served.store};
};

json error_of(const Reply& reply) {
  return json::parse(reply.body).at("error");
}

TEST_CASE("http: the code of an instance is asked, and its answer is the reply",
          "[http][updates][queries]") {
  const Counting counting;
  const Reply updated = counting.update({{"input", "3"}});
  CHECK(updated.status == 200);
  CHECK(json::parse(updated.body) == json{{"instance_id", "c"}, {"name", "Add"}, {"answer", "3"}});
  const Reply asked = counting.query("instance=c&name=Total&timeout=60000");
  CHECK(asked.status == 200);
  CHECK(json::parse(asked.body) == json{{"instance_id", "c"}, {"name", "Total"}, {"answer", "3"}});
  for (int i = 0; i < 2; ++i) {
    CHECK(json::parse(counting.update({{"input", "2"}, {"id", "u-1"}}).body).at("answer") == "5");
  }
  CHECK(counting.total() == "5");
}

TEST_CASE("http: what the code says no to tells why by its status", "[http][updates][queries]") {
  Counting counting;
  CHECK(counting.update({{"input", "-1"}}).status == 409);
  CHECK(counting.update({{"input", "13"}}).status == 500);
  CHECK(counting.update({{"instance", "nobody"}, {"input", "1"}}).status == 404);
  CHECK(counting.update({{"id", ""}, {"input", "1"}}).status == 400);
  CHECK(counting.query("instance=nobody&name=Total").status == 404);
  CHECK(counting.query("instance=c&name=Nonsense").status == 500);
  CHECK(counting.query("instance=c").status == 400);
  CHECK(counting.total() == "0");
  REQUIRE(counting.client.raise_event("c", "Stop"));
  REQUIRE(counting.client.wait_for_completion("c", std::chrono::seconds(60)));
  CHECK(counting.query("instance=c&name=Total").status == 409);
}

TEST_CASE("http: an update acts and a query looks", "[http][updates][queries]") {
  const Counting counting(false);
  const Served& served = counting.served;
  const std::string add = R"({"instance":"c","name":"Add","input":"1"})";
  CHECK(served.post("/api/v1/update", add).status == 403);
  CHECK(served.get("/api/v1/update?instance=c&name=Add&input=1").status == 405);
  CHECK(served.post("/api/v1/query", R"({"instance":"c","name":"Total"})").status == 405);
  const HeaderLines stranger = served.honest({{"Content-Type", "application/json"}});
  CHECK(served.ask("POST", "/api/v1/update", stranger, add).status == 401);
  CHECK(served.ask("GET", "/api/v1/query?instance=c&name=Total", stranger).status == 401);
  CHECK(served
            .ask("GET", "/api/v1/query?instance=c&name=Total",
                 served.with_token({{"Origin", "http://evil.example"}}))
            .status == 403);
  CHECK(counting.total() == "0");
}

TEST_CASE("http: a wait for an answer has an end, and not too many wait",
          "[http][updates][queries][waits]") {
  gateway::http::HttpLimits limits;
  limits.followers = 1;
  Counting counting(true, limits);
  REQUIRE(counting.client.start_orchestration("unknown", "Nobody has registered this"));
  CHECK(counting.query("instance=unknown&name=Total&timeout=1").status == 500);
  CHECK(counting.update({{"instance", "unknown"}, {"timeout", 1}}).status == 500);
  CHECK(error_of(counting.query("instance=c&name=Total&timeout=60001"))["kind"] == "usage");
  CHECK(error_of(counting.update({{"timeout", 1e300}}))["kind"] == "usage");
  CHECK(error_of(counting.update({{"timeout", "soon"}}))["kind"] == "usage");
  CHECK(error_of(counting.update({{"timeout", -1}}))["kind"] == "usage");
  CHECK(counting.total() == "0");
  {
    const Peer following(counting.served.port);
    following.send(request_bytes("GET", "/api/v1/changes", counting.served.with_token()));
    following.until("following");
    CHECK(counting.query("instance=c&name=Total").status == 503);
    CHECK(counting.update({{"input", "1"}}).status == 503);
  }
}

TEST_CASE("http: a wait for an answer ends when its peer goes, and with the dashboard",
          "[http][updates][queries][waits][stop]") {
  gateway::http::HttpLimits limits;
  limits.followers = 1;
  std::atomic<int> begun{0};
  std::atomic<int> interrupted{0};
  const auto counted = [&](const gateway::http::CarryOut& carry_out) {
    return [&, carry_out](const gateway::Request& request, gateway::Sink& sink, int stop) {
      ++begun;
      begun.notify_all();
      auto result = carry_out(request, sink, stop);
      if (!result && result.error().kind == gateway::CommandError::Kind::interrupted) {
        ++interrupted;
      }
      return result;
    };
  };
  Served served(HttpOptions().token(right_token), limits, counted);
  REQUIRE(Client(served.store).start_orchestration("u", "Nobody has registered this"));
  const std::string query = "/api/v1/query?instance=u&name=Total&timeout=";
  const auto wait_by = [&](const Peer& peer) {
    const int before = begun;
    peer.send(request_bytes("GET", query + "60000", served.with_token()));
    begun.wait(before);
  };
  {
    const Peer going(served.port);
    wait_by(going);
    CHECK(served.get(query + "1").status == 503);
    CHECK(interrupted == 0);
  }
  while (served.get(query + "1").status == 503) {
  }
  CHECK(interrupted == 1);
  const Peer staying(served.port);
  wait_by(staying);
  served.dashboard.reset();
  CHECK(interrupted == 2);
}

TEST_CASE("http: a wait ends by itself, also for an engine that says nothing",
          "[http][updates][queries][waits]") {
  gateway::http::ApiSetup setup;
  setup.actions = true;
  setup.longest_wait = Milliseconds(1);
  setup.grace = Milliseconds(1);
  // As an engine that was stopped: nothing comes.
  setup.carry_out = [](const gateway::Request&, gateway::Sink& sink,
                       int) -> gateway::CommandResult {
    const bool is_answered = sink.wait_until_readable(-1);
    REQUIRE_FALSE(is_answered);
    return failure(gateway::CommandError(gateway::CommandError::Kind::interrupted, "interrupted"));
  };
  gateway::http::Api api(setup);
  gateway::http::HttpRequest request;
  for (const json& timeout : {json(), json(0), json(1)}) {
    json update{{"instance", "c"}, {"name", "Add"}};
    if (!timeout.is_null()) {
      update["timeout"] = timeout;
    }
    request.body = update.dump();
    for (const char* name : {"update", "query"}) {
      const gateway::http::HttpAnswer late = api.answer(request, name);
      CHECK(late.status == 500);
      CHECK_THAT(late.body, Catch::Contains("in time"));
    }
  }
}

TEST_CASE("http: an answer that is too large is told as such", "[http][updates][queries]") {
  gateway::http::ApiSetup setup;
  setup.actions = true;
  setup.answer_bytes = 100;
  std::size_t size = 0;
  setup.carry_out = [&](const gateway::Request&, gateway::Sink&, int) -> gateway::CommandResult {
    return json{{"answer", std::string(size, 'x')}};
  };
  gateway::http::Api api(setup);
  const auto refusal = [&](const char* name, const json& arguments) {
    gateway::http::HttpRequest request;
    request.body = arguments.dump();
    size = 86;  // with what JSON puts around it, 100 bytes
    CHECK(api.answer(request, name).body.size() == 100);
    size = 87;
    const gateway::http::HttpAnswer refused = api.answer(request, name);
    CHECK(refused.status == 500);
    CHECK_THAT(refused.body, Catch::Contains("more than the 100"));
    return refused.body;
  };
  json update{{"instance", "c"}, {"name", "Add"}};
  const auto is_done = Catch::Contains("is done");
  CHECK_THAT(refusal("query", {}), Catch::Contains("`duroxide query`") && !is_done);
  // Nobody is told to do it twice.
  CHECK_THAT(refusal("update", update), is_done && !Catch::Contains("`duroxide"));
  update["id"] = "u-1";
  CHECK_THAT(refusal("update", update),
             is_done && Catch::Contains("`duroxide update`") && Catch::Contains("same id"));
}

}  // namespace duroxide::http_asking_test
