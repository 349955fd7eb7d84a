// What a peer can do to an engine that takes it for a remote store.

#include <sys/socket.h>

#include <duroxide/memory_provider.hpp>

#include "gateway/engine_socket.hpp"
#include "gateway/remote/frames.hpp"
#include "gateway/remote/requests.hpp"
#include "gateway/socket_client.hpp"
#include "gateway/socket_server.hpp"
#include "remote/engine.hpp"

namespace duroxide::remote_peers_test {

using namespace duroxide::remote_test;
using namespace duroxide::gateway;
using namespace duroxide::gateway::remote;
using Catch::Contains;

namespace {

struct Server {
  explicit Server(const ServerLimits& limits = {}, bool is_read_only = false) {
    server = SocketServer::start(dir.path(), store, lines.sink(), limits, is_read_only).value();
  }

  testing::TempDir dir;
  Lines lines;
  Store store = MemoryProvider::create();
  std::unique_ptr<SocketServer> server;
};

/// A peer that sends what it likes.
class Peer {
 public:
  explicit Peer(const Server& server)
      : socket_(connect_to_engine(server.dir.path(), true).value()) {}

  Peer& say(std::string_view bytes) {
    (void)!::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return *this;
  }
  Peer& begin() { return say(first_line() + "\n"); }
  template <class Request>
  Peer& ask(std::uint64_t number, const Request& request) {
    std::string bytes;
    append_frame(bytes, FrameKind::request, number, encode_request(request));
    return say(bytes);
  }
  Peer& stop(std::uint64_t number) {
    std::string bytes;
    append_frame(bytes, FrameKind::stop, number, {});
    return say(bytes);
  }
  void say_no_more() { ::shutdown(socket_.get(), SHUT_WR); }
  /// The next frame; none once the engine has hung up.
  std::optional<Frame> next() {
    while (true) {
      if (auto frame = reader_.next().value()) {
        return frame;
      }
      char buffer[4'096];
      const ssize_t size = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
      if (size <= 0) {
        return std::nullopt;
      }
      reader_.add({buffer, static_cast<std::size_t>(size)});
    }
  }
  [[nodiscard]] bool is_greeted() {
    const auto hello = next();
    return hello && hello->kind == FrameKind::hello && hello->body.empty();
  }

 private:
  model::FileDescriptor socket_;
  FrameReader reader_{std::size_t{1} << 30};
};

std::string frame(FrameKind kind, std::uint64_t number, std::string_view body) {
  std::string bytes;
  append_frame(bytes, kind, number, body);
  return bytes;
}

using StatusAnswer = provider::Answer<OrchestrationStatus>;

}  // namespace

TEST_CASE("remote peers: who sends what is no request is cut off, and the log says why",
          "[remote][control]") {
  Server f;
  const std::string status = encode_request(provider::GetStatus{"i"});
  const auto [bytes, reason] = GENERATE_REF(table<std::string, std::string>({
      {"\xff\xff\xff\xff", "is longer than"},
      {std::string("\0\0\0\0", 4), "too short"},
      {frame(FrameKind::answer, 1, "x"), "no request"},
      {frame(FrameKind::request, 1, "x"), "no request"},
      {frame(FrameKind::request, 0, status), "has the number 0"},
      {frame(FrameKind::request, std::uint64_t{1} << 48, status), "has the number"},
      {frame(FrameKind::request, 1, "\xff\xffrecord"), "there is no request 65535"},
      {frame(FrameKind::request, 1, status.substr(0, status.size() - 1)), "request 4: "},
      {frame(FrameKind::request, 1, encode_request(provider::WaitForStatus{"i", 0, {}})) +
           frame(FrameKind::request, 1, encode_request(provider::WaitForStatus{"i", 0, {}})),
       "number 1"},
  }));
  CAPTURE(reason);
  Client client(f.store);
  REQUIRE(client.start_orchestration("i", "O"));
  Peer peer(f);
  CHECK(peer.begin().is_greeted());
  peer.say(bytes);
  CHECK_FALSE(peer.next());
  f.server.reset();  // it has said what it has to say
  CHECK(f.lines.count("a remote store was cut off: ") == 1);
  CHECK(f.lines.count(reason) == 1);
  CHECK(client.get_status("i").value().is_running());
}

TEST_CASE("remote peers: one of another release is told so", "[remote][control]") {
  Server f;
  Peer peer(f);
  peer.say(std::string(preamble) + "999\n");
  const auto hello = peer.next();
  REQUIRE(hello);
  CHECK(hello->kind == FrameKind::hello);
  CHECK_THAT(hello->body, Contains("version 00" + std::to_string(protocol_version)) &&
                              Contains("version 999") &&
                              Contains("use the same release on both sides"));
  CHECK_FALSE(peer.next());
}

TEST_CASE("remote peers: no more are served than there are places", "[remote][control]") {
  ServerLimits limits;
  limits.followers = 1;
  Server f(limits);
  Peer first(f);
  CHECK(first.begin().is_greeted());
  Peer second(f);
  const auto hello = second.begin().next();
  REQUIRE(hello);
  CHECK_THAT(hello->body, Contains("serves 1 remote stores and others already"));
}

TEST_CASE("remote peers: no more requests are open than are allowed", "[remote][control]") {
  ServerLimits limits;
  limits.open_requests = 3;
  Server f(limits);
  REQUIRE(Client(f.store).start_orchestration("i", "O"));
  Peer peer(f);
  CHECK(peer.begin().is_greeted());
  for (std::uint64_t i = 1; i <= 4; ++i) {
    peer.ask(i, provider::WaitForStatus{"i", 0, {}});
  }
  CHECK_FALSE(peer.next());
  f.server.reset();
  CHECK(f.lines.count("has 3 requests open") == 1);
}

TEST_CASE("remote peers: what a peer leaves behind is taken back when it goes",
          "[remote][control]") {
  Server f;
  Client client(f.store);
  REQUIRE(client.start_orchestration("i", "O"));
  for (int i = 0; i < 20; ++i) {
    Peer peer(f);
    peer.begin()
        .ask(1, provider::WaitForStatus{"i", 0, {}})
        .ask(2, provider::WaitForValue{"i", "k", 0, 0})
        .ask(3, management::SubscribeChanges{3, {}, 10})
        .ask(4, management::AwaitChanges{3})
        .ask(5, provider::GetStatus{"i"});
    CHECK(peer.is_greeted());
    if (i % 2 == 0) {
      const auto answer = peer.next();
      REQUIRE(answer);
    }
  }
  // Nobody waits any more, so this is for nobody but the store.
  REQUIRE(client.management().value().terminate_instance("i"));
  Peer peer(f);
  peer.begin().ask(1, provider::WaitForStatus{"i", 0, {}});
  CHECK(peer.is_greeted());
  const auto answer = peer.next();
  REQUIRE(answer);
  CHECK(decode_answer<StatusAnswer>(answer->body).value().is_cancelled());
}

TEST_CASE("remote peers: waits are answered when they are taken back", "[remote][control]") {
  Server f;
  REQUIRE(Client(f.store).start_orchestration("i", "O"));
  Peer peer(f);
  peer.begin().ask(9, provider::WaitForStatus{"i", 0, {}}).stop(8).stop(9).stop(9);
  CHECK(peer.is_greeted());
  const auto answer = peer.next();
  REQUIRE(answer);
  CHECK(answer->kind == FrameKind::answer);
  CHECK(answer->number == 9);
  CHECK(decode_answer<StatusAnswer>(answer->body).value().is_running());
  // Its number is free again.
  peer.ask(9, provider::GetStatus{"nobody"});
  CHECK(decode_answer<StatusAnswer>(peer.next().value().body).value().is_not_found());
}

TEST_CASE("remote peers: one that has nothing more to say still gets its answers",
          "[remote][control]") {
  Server f;
  Peer peer(f);
  peer.begin();
  for (std::uint64_t i = 1; i <= 50; ++i) {
    peer.ask(i, provider::GetStatus{"nobody"});
  }
  peer.say_no_more();
  CHECK(peer.is_greeted());
  for (std::uint64_t i = 1; i <= 50; ++i) {
    const auto answer = peer.next();
    REQUIRE(answer);
    CHECK(answer->number == i);
  }
  CHECK_FALSE(peer.next());
}

TEST_CASE("remote peers: one that does not read its answers is cut off", "[remote][control]") {
  ServerLimits limits;
  limits.connections = 1;
  limits.patience = 20ms;
  Server f(limits);
  Client client(f.store);
  REQUIRE(client.start_orchestration("i", "O", std::string(200'000, 'x')));
  {
    Peer deaf(f);
    deaf.begin();
    for (std::uint64_t i = 1; i <= 200; ++i) {
      deaf.ask(i, management::ExportInstance{"i"});
    }
    // It has the only place, so this waits until it is cut off.
    Peer next(f);
    CHECK(next.begin().is_greeted());
  }
  f.server.reset();
  CHECK(f.lines.count("it takes no answers") == 1);
}

TEST_CASE("remote peers: the server stops while they wait", "[remote][control]") {
  Server f;
  REQUIRE(Client(f.store).start_orchestration("i", "O"));
  Peer peer(f);
  peer.begin().ask(1, provider::WaitForStatus{"i", 0, {}});
  CHECK(peer.is_greeted());
  f.server.reset();
  CHECK_FALSE(peer.next());
}

TEST_CASE("remote peers: commands are refused by a read-only server if they change something",
          "[remote][control]") {
  Server f({}, true);
  REQUIRE(Client(f.store).start_orchestration("i", "O"));
  const auto run = [&](const gateway::Request& request) {
    const auto go_on = [](const nlohmann::json&) { return true; };
    return SocketClient::connect(f.dir.path(), -1).value()->run(request, {go_on, go_on});
  };
  const auto refused = run({"cancel", {{"instance", "i"}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == CommandError::Kind::refused);
  CHECK_THAT(refused.error().message, Contains("control socket is read-only"));
  CHECK(run({"show", {{"instance", "i"}}}).has_value());
  f.server->read_only(false);
  CHECK(run({"cancel", {{"instance", "i"}}}).has_value());
}

}  // namespace duroxide::remote_peers_test
