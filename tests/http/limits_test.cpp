// What a peer can take of the server, and how it ends.

#include <catch2/catch.hpp>

#include <optional>
#include <tuple>

#include <nlohmann/json.hpp>

#include <duroxide/client.hpp>

#include "http/served.hpp"

using namespace duroxide;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using nlohmann::json;

namespace duroxide::http_limits_test {

using gateway::http::HttpLimits;

HttpOptions acting() {
  return HttpOptions().token(right_token).actions(true);
}

TEST_CASE("http: what is no request is answered with 4xx, or with nothing", "[http]") {
  const Served served;
  for (const std::string& bytes :
       {std::string("\r\n\r\n\r\n\r\n"), std::string("GET\r\n\r\n"),
        std::string("\xff\xff\xff\r\n\r\n"), std::string("GET / HTTP/9.9\r\nHost: x\r\n\r\n"),
        std::string(4, '\0') + "\r\n\r\n", std::string("GET / HTTP/1.1\r\n: :\r\n\r\n"),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        std::string("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n")}) {
    CAPTURE(bytes);
    const Peer peer(served.port);
    peer.send(bytes);
    peer.finish();
    const unsigned status = read_reply(peer.rest()).status;
    CHECK((status == 0 || (status >= 400 && status < 600 && status != 500)));
  }
  CHECK(served.get("/api/v1/list").status == 200);
}

TEST_CASE("http: a request about no path finds nothing", "[http]") {
  const Served served;
  for (const char* path : {"", "*", "x", "?a=b"}) {
    CAPTURE(path);
    const unsigned status = served.get(path).status;
    CHECK((status == 0 || status == 400 || status == 404));
  }
}

TEST_CASE("http: a body that is too large, or of unknown length, is not read", "[http]") {
  HttpLimits limits;
  limits.body_bytes = 1'000;
  const Served served(acting(), limits);
  const HeaderLines head = served.with_token({{"Content-Type", "application/json"}});
  const auto status_of = [&](HeaderLines headers) {
    const Peer peer(served.port);
    peer.send(request_bytes("POST", "/api/v1/cancel", headers));  // of its body nothing is sent
    return read_reply(peer.rest()).status;
  };
  for (const char* length : {"1001", "99999999999999999999", "4294967296"}) {
    HeaderLines headers = head;
    headers.emplace_back("Content-Length", length);
    const unsigned status = status_of(headers);
    CHECK((status == 413 || status == 400));
  }
  HeaderLines chunked = head;
  chunked.emplace_back("Transfer-Encoding", "chunked");
  CHECK(status_of(chunked) == 411);
  CHECK(served.post("/api/v1/cancel", R"({"instance":"nobody"})").status == 404);
  CHECK(served.post("/api/v1/cancel", "{").status == 400);
  CHECK(served.post("/api/v1/cancel", "[]").status == 400);
}

TEST_CASE("http: a stranger's body is not even waited for", "[http]") {
  const Served served(acting());
  HeaderLines headers = served.honest({{"Content-Type", "application/json"}});
  headers.emplace_back("Content-Length", "1000");
  const Peer peer(served.port);
  peer.send(request_bytes("POST", "/api/v1/cancel", headers));
  CHECK(read_reply(peer.rest()).status == 401);
}

TEST_CASE("http: a body that comes with what is open to all is not read", "[http]") {
  const Served served;
  for (const char* path : {"/healthz", "/enter"}) {
    for (const auto& [name, value, status] : {std::tuple{"Transfer-Encoding", "", 411U},
                                              std::tuple{"Transfer-Encoding", "chunked", 411U},
                                              std::tuple{"Content-Length", "1", 413U}}) {
      CAPTURE(path, name, value);
      const Peer peer(served.port);
      peer.send(request_bytes("GET", path, served.honest({{name, value}})));
      CHECK(read_reply(peer.rest()).status == status);
    }
  }
}

TEST_CASE("http: arguments that are nested too deep are none", "[http]") {
  const Served served(acting());
  constexpr std::size_t deep = 100'000;
  const std::string nested = std::string(deep, '[') + std::string(deep, ']');
  CHECK(served.post("/api/v1/cancel", nested).status == 400);
  CHECK(served.post("/api/v1/cancel", R"({"all":)" + nested + "}").status == 400);
  CHECK(served.post("/api/v1/start", R"({"reuse":)" + nested + "}").status == 400);
}

/// Answers nothing.
class NoHandler final : public gateway::http::HttpHandler {
 public:
  std::optional<gateway::http::HttpAnswer> refusal(const gateway::http::HttpRequest&) override {
    return std::nullopt;
  }
  gateway::http::HttpAnswer answer(const gateway::http::HttpRequest&) override { return {}; }
};

TEST_CASE("http: without the socket that it is given it listens nowhere", "[http]") {
  NoHandler handler;
  CHECK_FALSE(gateway::http::HttpServer::start(model::FileDescriptor(), handler));
}

TEST_CASE("http: a head that is too large is refused", "[http]") {
  HttpLimits limits;
  limits.head_bytes = 4'096;
  const Served served(HttpOptions().token(right_token), limits);
  const std::string much(20'000, 'x');
  for (const Reply& reply : {served.ask("GET", "/" + much, served.with_token()),
                             served.ask("GET", "/", served.with_token({{"Much", much}}))}) {
    CHECK((reply.status == 0 || reply.status == 413 || reply.status == 414 || reply.status == 431));
  }
  CHECK(served.get("/").status == 200);
}

TEST_CASE("http: who sends too slowly loses the connection", "[http]") {
  HttpLimits limits;
  limits.patience = 50ms;
  limits.idle = 1h;  // which is not what ends them
  const Served served(HttpOptions().token(right_token), limits);
  const Peer silent(served.port);
  const Peer dripping(served.port);
  dripping.send("GET / HTTP/1.1\r\nHost: ");
  while (!dripping.has_news_within(1ms)) {
    dripping.send("x");  // if that went on, its head became too large
  }
  CHECK(silent.rest().empty());
  const unsigned status = read_reply(dripping.rest()).status;
  CHECK((status == 0 || status == 400));
}

TEST_CASE("http: so many follow, and one more is told so", "[http]") {
  HttpLimits limits;
  limits.followers = 1;
  const Served served(HttpOptions().token(right_token), limits);
  const Peer first(served.port);
  first.send(request_bytes("GET", "/api/v1/changes", served.with_token()));
  CHECK(first.until("following").find("text/event-stream") != std::string::npos);
  CHECK(served.get("/api/v1/changes").status == 503);
  CHECK(served.get("/api/v1/list").status == 200);
}

TEST_CASE("http: it stops while peers are connected, and some of them follow", "[http]") {
  Served served;
  const Peer silent(served.port);
  const Peer following(served.port);
  following.send(request_bytes("GET", "/api/v1/changes", served.with_token()));
  CHECK(following.until("following").find("HTTP/1.1 200") == 0);
  served.dashboard.reset();
  CHECK(silent.rest().empty());
  following.rest();
  CHECK_FALSE(Peer(served.port).is_connected());
}

TEST_CASE("http: it goes on when the store has closed", "[http]") {
  const Served served;
  served.store.close();
  CHECK(served.get("/readyz").status == 503);
  CHECK(served.get("/healthz").status == 200);
  CHECK(served.get("/api/v1/list").status >= 500);
  const Peer following(served.port);
  following.send(request_bytes("GET", "/api/v1/changes", served.with_token()));
  CHECK(following.rest().find("event: end") != std::string::npos);
}

}  // namespace duroxide::http_limits_test
