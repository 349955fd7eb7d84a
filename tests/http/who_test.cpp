// Who is answered, and who may act.

#include <catch2/catch.hpp>

#include <chrono>

#include <sys/stat.h>
#include <sys/wait.h>
#include <nlohmann/json.hpp>

#include <duroxide/client.hpp>

#include "http/served.hpp"
#include "support/temp_dir.hpp"

using namespace duroxide;
using namespace duroxide::testing;
using nlohmann::json;

namespace duroxide::who_test {

HttpOptions acting() {
  return HttpOptions().token(right_token).actions(true);
}

Client with_instance(const Served& served) {
  Client client(served.store);
  REQUIRE(client.start_orchestration("secret-order", "Order", "in"));
  return client;
}

TEST_CASE("http: without the token nothing is told but that it lives", "[http]") {
  const Served served;
  with_instance(served);
  for (const std::string path : {"/", "/app.js", "/api/v1/", "/api/v1/list", "/api/v1/changes",
                                 "/readyz", "/metrics", "/nothing", "/~/", "/~0/api/v1/list"}) {
    CAPTURE(path);
    const Reply reply = served.ask("GET", path, served.honest());
    CHECK(reply.status == 401);
    CHECK(reply.header("www-authenticate") == "Bearer");
    CHECK(reply.body.find("secret-order") == std::string::npos);
  }
  CHECK(served.ask("POST", "/api/v1/link", served.honest()).status == 401);
  const Reply alive = served.ask("GET", "/healthz", served.honest());
  CHECK(alive.status == 200);
  CHECK(alive.body == "ok\n");
}

TEST_CASE("http: a wrong token is none", "[http]") {
  const Served served;
  for (const std::string& value :
       {std::string("Bearer "), "Bearer " + right_token.substr(1), "Bearer " + right_token + "x",
        "bearer" + right_token, "Basic " + right_token, right_token, std::string("Bearer  ")}) {
    CAPTURE(value);
    CHECK(served.ask("GET", "/api/v1/list", served.honest({{"Authorization", value}})).status ==
          401);
  }
  CHECK(served.get("/api/v1/list").status == 200);
  CHECK(served.get("/readyz").body == "ready\n");
  const Served without{HttpOptions()};
  CHECK(without.ask("GET", "/", without.honest({{"Authorization", "Bearer "}})).status == 401);
}

TEST_CASE("http: a link opens the page once, for one browser", "[http]") {
  const Served served;
  with_instance(served);
  CHECK(served.ask("GET", "/enter?code=" + std::string(64, '0'), served.honest()).status == 410);
  CHECK(served.ask("GET", "/enter", served.honest()).status == 410);
  CHECK(served.ask("HEAD", "/enter?code=" + served.code, served.honest()).status == 405);
  const Reply entered = served.ask("GET", "/enter?code=" + served.code, served.honest());
  REQUIRE(entered.status == 303);
  const std::string place = entered.header("location");
  const std::string cookie = entered.header("set-cookie");
  CHECK(cookie.find("; Path=" + place) != std::string::npos);
  CHECK(cookie.find("; HttpOnly") != std::string::npos);
  CHECK(cookie.find("; SameSite=Strict") != std::string::npos);
  CHECK(served.ask("GET", "/enter?code=" + served.code, served.honest()).status == 410);

  const HeaderLines session =
      served.honest({{"Cookie", "a=b; " + cookie.substr(0, cookie.find(';'))}});
  CHECK(served.ask("GET", place, session).body.find("<!doctype html>") == 0);
  CHECK(served.ask("GET", place + "api/v1/list", session).body.find("secret-order") !=
        std::string::npos);
  CHECK(served.ask("GET", place, served.honest({{"Cookie", "duroxide="}})).status == 401);
  CHECK(served.ask("GET", place, served.honest({{"Cookie", "duroxide=" + served.code}})).status ==
        401);
  CHECK(served.ask("GET", place, served.honest()).status == 401);
}

TEST_CASE("http: a page of another origin is not helped by the cookie", "[http]") {
  const Served served(acting());
  Client client = with_instance(served);
  const Reply entered = served.ask("GET", "/enter?code=" + served.code, served.honest());
  const std::string place = entered.header("location");
  const std::string cookie = entered.header("set-cookie");
  const auto cancel = [&](HeaderLines more) {
    more.emplace_back("Cookie", cookie.substr(0, cookie.find(';')));
    more.emplace_back("Content-Type", "application/json");
    return served
        .ask("POST", place + "api/v1/cancel", served.honest(std::move(more)),
             R"({"instance":"secret-order"})")
        .status;
  };
  CHECK(cancel({{"Origin", "http://evil.example"}}) == 403);
  CHECK(cancel({{"Origin", "null"}}) == 403);
  CHECK(cancel({{"Sec-Fetch-Site", "cross-site"}}) == 403);
  CHECK(client.get_orchestration_status("secret-order").value().is_running());
  CHECK(cancel({{"Origin", "http://" + served.host}, {"Sec-Fetch-Site", "same-origin"}}) == 200);
}

TEST_CASE("http: it listens at one address of loopback, and at none of the network", "[http]") {
  const Served served;
  CHECK(Peer(served.port).is_connected());
  constexpr in_addr_t other_of_loopback = INADDR_LOOPBACK + 1;  // who listens at all would take it
  CHECK_FALSE(Peer(served.port, other_of_loopback).is_connected());
}

TEST_CASE("http: a link is good for ten minutes", "[http]") {
  using gateway::http::Access;
  using namespace std::chrono_literals;
  Access access = Access::of_loopback(8'080, right_token);
  const Access::Steady::time_point start{};
  const auto code_of = [](const std::string& link) { return link.substr(link.find("code=") + 5); };
  const std::string early = code_of(access.new_link(start));
  const std::string late = code_of(access.new_link(start + 1s));
  CHECK(access.enter(early, start + 10min).status == 410);
  CHECK(access.enter(late, start + 10min).status == 303);
}

TEST_CASE("http: who has the token gets a new link", "[http]") {
  const Served served;
  const Reply reply = served.post("/api/v1/link", "{}");
  REQUIRE(reply.status == 200);
  const std::string link = json::parse(reply.body).at("link");
  const std::string path = link.substr(link.find("/enter"));
  CHECK(served.ask("GET", path, served.honest()).status == 303);
  CHECK(served.ask("GET", path, served.honest()).status == 410);
  CHECK(served.get("/api/v1/link").status == 405);
}

TEST_CASE("http: a page of another origin is refused, whatever it sends along", "[http]") {
  const Served served(acting());
  Client client = with_instance(served);
  for (const std::string& origin :
       {std::string("http://evil.example"), std::string("null"), "https://" + served.host,
        "http://" + served.host + ".evil.example", std::string("http://127.0.0.1:1")}) {
    CAPTURE(origin);
    CHECK(served.ask("GET", "/api/v1/list", served.with_token({{"Origin", origin}})).status == 403);
    CHECK(served
              .ask("POST", "/api/v1/cancel",
                   served.with_token({{"Origin", origin}, {"Content-Type", "application/json"}}),
                   R"({"instance":"secret-order"})")
              .status == 403);
  }
  for (const char* site : {"cross-site", "same-site"}) {
    CHECK(served.ask("GET", "/", served.with_token({{"Sec-Fetch-Site", site}})).status == 403);
  }
  CHECK(served.ask("GET", "/", served.with_token({{"Sec-Fetch-Site", "none"}})).status == 200);
  CHECK(served.ask("GET", "/", served.with_token({{"Origin", "http://" + served.host}})).status ==
        200);
  CHECK(client.get_orchestration_status("secret-order").value().is_running());
}

TEST_CASE("http: a name that was bound anew to loopback is refused", "[http]") {
  const Served served;
  const std::string port = served.host.substr(served.host.find(':'));
  const std::string token = "Bearer " + right_token;
  for (const std::string& host :
       {"evil.example" + port, std::string("evil.example"), std::string("127.0.0.1"),
        std::string("127.0.0.1:1"), "127.0.0.1.evil.example" + port, "localhost.evil" + port,
        "127.0.0.1@evil" + port, "127.0.0.1" + port + ":1", "0.0.0.0" + port, std::string(":"),
        "127.0.0.1" + port + "x"}) {
    CAPTURE(host);
    const Reply reply = served.ask("GET", "/healthz", {{"Host", host}, {"Authorization", token}});
    CHECK(reply.status == 421);
  }
  for (const std::string name : {"127.0.0.1", "localhost", "[::1]"}) {
    CHECK(served.ask("GET", "/", {{"Host", name + port}, {"Authorization", token}}).status == 200);
  }
  CHECK(served.ask("GET", "/", {{"Authorization", token}}).status == 400);
  CHECK(served
            .ask("GET", "/",
                 {{"Host", served.host}, {"Host", "evil.example"}, {"Authorization", token}})
            .status == 400);
}

TEST_CASE("http: nothing is changed unless actions were asked for", "[http]") {
  const Served served;
  Client client = with_instance(served);
  for (const char* command : {"cancel", "terminate", "pause", "raise", "rewind", "delete", "start",
                              "import", "release", "resume", "drop", "prune", "fork"}) {
    CAPTURE(command);
    const Reply reply = served.post(std::string("/api/v1/") + command,
                                    R"({"instance":"secret-order","confirm":true})");
    CHECK(reply.status == 403);
    CHECK(json::parse(reply.body).at("error").at("kind") == "refused");
  }
  CHECK(client.get_orchestration_status("secret-order").value().is_running());
  CHECK(json::parse(served.get("/api/v1/").body).at("actions") == false);
}

TEST_CASE("http: with actions, what cannot be undone is confirmed", "[http]") {
  const Served served(acting());
  Client client = with_instance(served);
  const Reply asked = served.post("/api/v1/terminate", R"({"instance":"secret-order"})");
  CHECK(asked.status == 409);
  CHECK(asked.body.find("for good") != std::string::npos);
  CHECK(client.get_orchestration_status("secret-order").value().is_running());
  CHECK(served.post("/api/v1/terminate", R"({"instance":"secret-order","confirm":"yes"})").status ==
        409);
  CHECK(served.post("/api/v1/pause", R"({"instance":"secret-order"})").status == 200);
  CHECK(served.post("/api/v1/cancel", R"({"all":true})").status == 409);
  CHECK(served.post("/api/v1/cancel", R"({"all":true,"only_count":true})").status == 200);
  CHECK(served
            .post("/api/v1/start",
                  R"({"instance":"secret-order","orchestration":"Order","reuse":"terminate"})")
            .status == 409);
  CHECK(served.post("/api/v1/terminate", R"({"instance":"secret-order","confirm":true})").status ==
        200);
  CHECK(client.get_orchestration_status("secret-order").value().is_failed());
  CHECK(served.post("/api/v1/terminate", R"({"instance":"nobody","confirm":true})").status == 404);
  const Reply dry = served.post("/api/v1/delete", R"({"instance":"secret-order","dry_run":true})");
  CHECK(dry.status == 200);
  CHECK(dry.body.find("would_delete") != std::string::npos);
}

TEST_CASE("http: a change is no link and no form", "[http]") {
  const Served served(acting());
  Client client = with_instance(served);
  const std::string body = R"({"instance":"secret-order"})";
  CHECK(served.get("/api/v1/cancel?instance=secret-order").status == 405);
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", ""}) {
    CHECK(served.ask("POST", "/api/v1/cancel", served.with_token({{"Content-Type", type}}), body)
              .status == 415);
  }
  CHECK(client.get_orchestration_status("secret-order").value().is_running());
}

TEST_CASE("http: a browser is told to load, frame, keep and run nothing of anybody else",
          "[http]") {
  const Served served;
  for (const Reply& reply : {served.get("/"), served.get("/api/v1/list"), served.get("/nothing"),
                             served.ask("GET", "/", served.honest())}) {
    const std::string policy = reply.header("content-security-policy");
    CHECK(policy.find("default-src 'none'") != std::string::npos);
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
    CHECK(reply.header("x-content-type-options") == "nosniff");
    CHECK(reply.header("referrer-policy") == "no-referrer");
    CHECK(reply.header("cache-control") == "no-store");
    CHECK(reply.header("access-control-allow-origin").empty());
  }
}

/// How it goes with another user of the machine at a Unix socket.
constexpr int not_connected = 201;
constexpr int not_somebody_else = 202;
/// A status of 4xx without its 400, or one of those above.
int asked_by_another_user(const std::string& path) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr uid_t somebody = 12'345;
    if (::setgid(somebody) != 0 || ::setuid(somebody) != 0) {
      ::_exit(not_somebody_else);
    }
    const Peer peer(path);
    if (!peer.is_connected()) {
      ::_exit(not_connected);
    }
    peer.send(request_bytes("GET", "/api/v1/list", {{"Host", "localhost"}}));
    ::_exit(static_cast<int>(read_reply(peer.rest()).status) - 400);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST_CASE("http: at a Unix socket its owner is answered, and nobody else", "[http]") {
  const TempDir dir;
  const auto path = dir.path() / "ui.sock";
  const Served served{HttpOptions().unix_socket(path)};
  with_instance(served);
  CHECK(served.dashboard->link() == path.string());
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  const auto ask = [&](const HeaderLines& headers) {
    const Peer peer(path.string());
    peer.send(request_bytes("GET", "/api/v1/list", headers));
    return read_reply(peer.rest());
  };
  CHECK(ask({{"Host", "localhost"}}).body.find("secret-order") != std::string::npos);
  CHECK(ask({{"Host", "evil.example"}}).status == 421);
  CHECK(ask({{"Host", "localhost"}, {"Origin", "http://evil.example"}}).status == 403);
  if (::geteuid() == 0) {  // only root can be somebody else
    REQUIRE(::chmod(dir.path().c_str(), 0711) == 0);
    CHECK(asked_by_another_user(path.string()) == not_connected);
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    CHECK(asked_by_another_user(path.string()) == 3);  // 403
  } else {
    WARN("only root can be somebody else, which is not tried");
  }
}

TEST_CASE("http: a Unix socket replaces one that was left behind, and nothing else", "[http]") {
  const TempDir dir;
  const auto path = dir.path() / "ui.sock";
  const auto start = [&] {
    return gateway::http::Dashboard::start(
        HttpOptions().unix_socket(path), "tests",
        [](const gateway::Request&, gateway::Sink&, int) { return gateway::CommandResult(); });
  };
  {
    const model::FileDescriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  }
  {
    const auto first = start();
    REQUIRE(first);
    const auto second = start();
    REQUIRE_FALSE(second);
    CHECK(second.error().message.find("listens there already") != std::string::npos);
    CHECK(Peer(path.string()).is_connected());
  }
  CHECK_FALSE(std::filesystem::exists(path));
  std::filesystem::create_directory(path);
  CHECK_FALSE(start());
}

}  // namespace duroxide::who_test
