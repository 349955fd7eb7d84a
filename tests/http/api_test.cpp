// The JSON calls and the stream of changes.

#include <catch2/catch.hpp>

#include <future>
#include <set>

#include <poll.h>
#include <nlohmann/json.hpp>

#include <duroxide/client.hpp>

#include "gateway/http/api.hpp"
#include "gateway/http/change_stream.hpp"
#include "http/served.hpp"

using namespace duroxide;
using namespace duroxide::testing;
using nlohmann::json;

namespace duroxide::http_api_test {

std::set<std::string> names_in(const json& description, const std::string& method) {
  std::set<std::string> names;
  for (const json& command : description.at("commands")) {
    if (command.at("method") == method) {
      names.insert(command.at("name").get<std::string>());
    }
  }
  return names;
}

TEST_CASE("http: the calls are the commands that end and touch no file", "[http]") {
  const Served served;
  const json description = json::parse(served.get("/api/v1/").body);
  CHECK(description.at("api") == 1);
  CHECK(description.at("store") == "tests");
  const std::set<std::string> looking = names_in(description, "GET");
  for (const char* name : {"complete", "count", "export", "health", "history", "list", "messages",
                           "metrics", "query", "show", "stats", "stuck", "tree", "verify"}) {
    CHECK(looking.contains(name));
  }
  const std::set<std::string> acting = names_in(description, "POST");
  CHECK(acting.contains("rewind"));
  CHECK(acting.contains("update"));
  for (const char* name : {"backup", "tail", "top", "list_all", "nothing", "../list", "list/"}) {
    CHECK(served.get(std::string("/api/v1/") + name).status == 404);
  }
}

TEST_CASE("http: arguments are those of the command", "[http]") {
  const Served served;
  Client client(served.store);
  for (const char* id : {"a-1", "a-2", "b-1"}) {
    REQUIRE(client.start_orchestration(id, "Order", "in"));
  }
  const auto ids = [&](const std::string& query) {
    const Reply reply = served.get("/api/v1/list?order=id" + query);
    REQUIRE(reply.status == 200);
    CHECK(reply.header("content-type") == "application/json");
    std::string found;
    const json page = json::parse(reply.body);
    for (const json& instance : page.at("instances")) {
      found += instance.at("instance_id").get<std::string>() + " ";
    }
    return found;
  };
  CHECK(ids("") == "a-1 a-2 b-1 ");
  CHECK(ids("&id_prefix=a%2D&limit=1") == "a-1 ");
  CHECK(ids("&status=failed&status=running") == "a-1 a-2 b-1 ");
  CHECK(ids("&roots_only=false&search=B-1") == "b-1 ");
  for (const char* query : {"limit=0", "limit=x", "limit=1&limit=2", "status=odd", "nothing=1",
                            "roots_only=perhaps", "created_after=yesterday", "cursor=broken"}) {
    CAPTURE(query);
    const Reply reply = served.get(std::string("/api/v1/list?") + query);
    CHECK(reply.status == 400);
    CHECK(json::parse(reply.body).at("error").at("kind") == "usage");
  }
  CHECK(served.get("/api/v1/show?instance=nobody").status == 404);
  CHECK(served.get("/api/v1/show").status == 400);
  CHECK(json::parse(served.get("/api/v1/history?instance=a-1").body).at("execution_id") == 1);
}

TEST_CASE("http: what the engine counts is there for Prometheus", "[http][metrics]") {
  const Served served;
  Client client(served.store);
  REQUIRE(client.start_orchestration("a-1", "Order", "in"));
  const Reply reply = served.get("/metrics");
  REQUIRE(reply.status == 200);
  CHECK(reply.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(reply.body.find("\nduroxide_instances{orchestration=\"Order\",status=\"running\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("http: metrics are what the command tells, in Prometheus' format", "[http]") {
  std::string asked;
  gateway::http::ApiSetup setup;
  setup.carry_out = [&](const gateway::Request& request, gateway::Sink&,
                        int) -> gateway::CommandResult {
    asked = request.command + " " + request.arguments.at("format").get<std::string>();
    return json{{"text", "up 1\n"}};
  };
  const gateway::http::Api api(setup);
  const gateway::http::HttpAnswer answer = api.metrics({});
  CHECK(asked == "metrics prometheus");
  CHECK(answer.status == 200);
  CHECK(answer.type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(answer.body == "up 1\n");
}

/// The data of the events of this name, in what a stream has said.
std::vector<json> events_in(const std::string& text, const std::string& name) {
  std::vector<json> found;
  const std::string before = "event: " + name + "\ndata: ";
  for (std::size_t at = text.find(before); at != std::string::npos;
       at = text.find(before, at + 1)) {
    const std::size_t begin = at + before.size();
    found.push_back(json::parse(text.substr(begin, text.find('\n', begin) - begin)));
  }
  return found;
}

TEST_CASE("http: a browser is told what happens", "[http]") {
  const Served served;
  const Peer peer(served.port);
  peer.send(request_bytes("GET", "/api/v1/changes", served.with_token()));
  peer.until("following");
  Client client(served.store);
  REQUIRE(client.start_orchestration("a-1", "Order", "in"));
  const std::string told = peer.until("a-1");
  CHECK(told.find(R"("started":1)") != std::string::npos);
}

TEST_CASE("http: changes are gathered, and none is lost in the counts", "[http]") {
  constexpr std::uint64_t many = 500;
  std::string asked;
  gateway::http::ChangeStream stream(
      [&](const gateway::Request& request, gateway::Sink& sink, int) -> gateway::CommandResult {
        asked = request.command;
        for (std::uint64_t i = 0; i < many; ++i) {
          sink.item({{"kind", "started"}, {"instance_id", "i-" + std::to_string(i)}});
        }
        sink.item({{"kind", "missed"}, {"count", 7}});
        return failure(gateway::CommandError{gateway::CommandError::Kind::failed, "it is over"});
      },
      "");
  std::string told;
  while (const auto piece = stream.next()) {
    told += *piece;
  }
  std::uint64_t started = 0;
  std::uint64_t missed = 0;
  bool more = false;
  for (const json& each : events_in(told, "changes")) {
    started += each.at("counts").value("started", std::uint64_t{0});
    missed += each.at("missed").get<std::uint64_t>();
    more = more || each.at("more").get<bool>();
    CHECK(each.at("instances").size() <= 200);
  }
  CHECK(started == many);
  CHECK(missed == 7);
  CHECK(more);
  const auto ends = events_in(told, "end");
  REQUIRE(ends.size() == 1);
  CHECK(asked == "tail");  // the follower has told its end after it
  CHECK(ends[0] == json{{"kind", "failed"}, {"message", "it is over"}});
}

TEST_CASE("http: a stream that is closed ends", "[http]") {
  bool went_on = true;
  {
    gateway::http::ChangeStream stream(
        [&](const gateway::Request&, gateway::Sink& sink, int) -> gateway::CommandResult {
          const model::Wakeup never;
          went_on = sink.wait_until_readable(never.file());
          return json::object();
        },
        "i");
    stream.close();
    CHECK_FALSE(stream.next());
  }
  CHECK_FALSE(went_on);
}

TEST_CASE("http: a command ends when who asked has left", "[http]") {
  std::promise<void> began;
  std::promise<bool> ended;
  const auto dashboard =
      gateway::http::Dashboard::start(
          HttpOptions().token(right_token), "tests",
          [&](const gateway::Request&, gateway::Sink& sink, int stop) -> gateway::CommandResult {
            began.set_value();
            const model::Wakeup never;
            const bool goes_on = sink.wait_until_readable(never.file());
            pollfd entry{stop, POLLIN, 0};
            ended.set_value(!goes_on && ::poll(&entry, 1, 0) == 1);
            return json::object();
          })
          .value();
  const std::string link = dashboard->link();
  const std::string host = link.substr(7, link.find('/', 7) - 7);
  {
    const Peer peer(static_cast<std::uint16_t>(std::stoul(host.substr(host.find(':') + 1))));
    peer.send(request_bytes("GET", "/api/v1/list",
                            {{"Host", host}, {"Authorization", "Bearer " + right_token}}));
    began.get_future().wait();
  }
  auto has_ended = ended.get_future();
  REQUIRE(has_ended.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  CHECK(has_ended.get());
}

}  // namespace duroxide::http_api_test
