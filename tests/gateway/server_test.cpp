// The control socket, and what a peer can do to it.

#include <catch2/catch.hpp>

#include <fstream>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <duroxide/lmdb_provider.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/runtime.hpp>

#include "gateway/socket_client.hpp"
#include "gateway/socket_path.hpp"
#include "gateway/socket_server.hpp"
#include "support/temp_dir.hpp"

using namespace duroxide;
using namespace duroxide::gateway;
using namespace std::chrono_literals;
using duroxide::testing::TempDir;
using nlohmann::json;

namespace {

struct ServerFixture {
  explicit ServerFixture(const ServerLimits& limits = {}) {
    auto started = SocketServer::start(
        dir.path(), store, [](const LogRecord&) {}, limits);
    REQUIRE(started);
    server = std::move(*started);
  }

  [[nodiscard]] model::FileDescriptor connect() const {
    const SocketPath path(dir.path());
    model::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&path.address()),
                      sizeof(path.address())) == 0);
    return socket;
  }

  /// Sends the bytes as they are, and gives everything that comes until the server hangs up.
  [[nodiscard]] std::string talk(std::string_view bytes) const {
    const model::FileDescriptor socket = connect();
    (void)::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return rest(socket);
  }
  [[nodiscard]] static std::string rest(const model::FileDescriptor& socket) {
    std::string all;
    std::array<char, 4096> buffer{};
    ssize_t size = 0;
    while ((size = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) > 0) {
      all.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return all;
  }

  Result<json, CommandError> run(const Request& request) const {
    auto client = SocketClient::connect(dir.path(), -1);
    REQUIRE(client);
    REQUIRE(*client);
    const auto go_on = [](const json&) { return true; };
    return (*client)->run(request, {go_on, go_on});
  }

  TempDir dir;
  Store store = MemoryProvider::create();
  std::unique_ptr<SocketServer> server;
};

CommandError::Kind kind_of(const std::string& answer) {
  auto line = decode_answer(std::string_view(answer).substr(0, answer.find('\n')));
  REQUIRE(line);
  REQUIRE(std::holds_alternative<CommandError>(*line));
  return std::get<CommandError>(*line).kind;
}

bool is_there(const std::filesystem::path& directory) {
  return std::filesystem::is_socket(directory / socket_file_name);
}

}  // namespace

TEST_CASE("control server: it carries out commands", "[control]") {
  ServerFixture f;
  CHECK(f.run({"start", {{"instance", "i"}, {"orchestration", "O"}}}).value() ==
        json{{"instance_id", "i"}, {"created", true}, {"replaced", false}});
  const auto again = f.run({"start", {{"instance", "i"}, {"orchestration", "O"}}});
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == CommandError::Kind::refused);
  CHECK(f.run({"cancel", {{"instance", "i"}}}).has_value());
  CHECK(f.run({"cancel", {{"instance", "j"}}}).error().kind == CommandError::Kind::not_found);
  CHECK(f.run({"frobnicate", json::object()}).error().kind == CommandError::Kind::usage);
}

TEST_CASE("control server: only its user may use the file", "[control]") {
  const ServerFixture f;
  struct stat info {};
  REQUIRE(::stat((f.dir.path() / socket_file_name).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
}

TEST_CASE("control server: what is no request gets an error and does no harm", "[control]") {
  ServerFixture f;
  for (const std::string& bytes :
       {std::string("\n"), std::string("list\n"), std::string("{}\n"), std::string("\xff\xff\n"),
        std::string(200'000, '[') + "\n", std::string("\0\0\n", 3),
        std::string("{\"version\":9,\"command\":\"list\"}\n"),
        std::string("{\"version\":1,\"command\":\"show\",\"arguments\":[]}\n"),
        std::string("{\"version\":1,\"command\":\"show\",\"arguments\":{\"instance\":{}}}\n")}) {
    CAPTURE(bytes.substr(0, 60));
    CHECK(kind_of(f.talk(bytes)) == CommandError::Kind::usage);
  }
  CHECK(f.run({"cancel", {{"instance", "j"}}}).error().kind == CommandError::Kind::not_found);
}

TEST_CASE("control server: an overlong request is refused", "[control]") {
  ServerLimits limits;
  limits.request_bytes = 1'000;
  ServerFixture f(limits);
  CHECK(kind_of(f.talk(std::string(2'000, 'x'))) == CommandError::Kind::usage);
  CHECK(kind_of(f.talk(std::string(2'000, 'x') + "\n")) == CommandError::Kind::usage);
}

TEST_CASE("control server: a peer that says nothing loses its place", "[control]") {
  ServerLimits limits;
  limits.connections = 1;
  limits.patience = 20ms;
  ServerFixture f(limits);
  const model::FileDescriptor silent = f.connect();
  const model::FileDescriptor half = f.connect();
  REQUIRE(::send(half.get(), "{", 1, MSG_NOSIGNAL) == 1);
  // It waits for the place of the two before it.
  CHECK(f.run({"cancel", {{"instance", "j"}}}).error().kind == CommandError::Kind::not_found);
  CHECK(kind_of(ServerFixture::rest(silent)) == CommandError::Kind::usage);
  CHECK(kind_of(ServerFixture::rest(half)) == CommandError::Kind::usage);
}

TEST_CASE("control server: a peer that does not read its answer loses its place", "[control]") {
  ServerLimits limits;
  limits.connections = 1;
  limits.patience = 20ms;
  ServerFixture f(limits);
  const std::string more_than_sockets_hold(4'000'000, 'x');
  REQUIRE(Client(f.store).start_orchestration("i", "O", more_than_sockets_hold));
  const model::FileDescriptor deaf = f.connect();
  const std::string line = encode_request({"export", {{"instance", "i"}}}) + "\n";
  REQUIRE(::send(deaf.get(), line.data(), line.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(line.size()));
  CHECK(f.run({"cancel", {{"instance", "j"}}}).error().kind == CommandError::Kind::not_found);
  CHECK(ServerFixture::rest(deaf).size() < more_than_sockets_hold.size());
}

TEST_CASE("control server: peers that come and go leave nothing behind", "[control]") {
  ServerLimits limits;
  limits.connections = 2;
  ServerFixture f(limits);
  for (int i = 0; i < 50; ++i) {
    const model::FileDescriptor gone = f.connect();
    if (i % 2 == 0) {
      REQUIRE(::send(gone.get(), "{\"vers", 6, MSG_NOSIGNAL) == 6);
    }
  }
  CHECK(f.run({"cancel", {{"instance", "j"}}}).error().kind == CommandError::Kind::not_found);
}

TEST_CASE("control server: a peer that has nothing more to say still gets its answer",
          "[control]") {
  ServerFixture f;
  const model::FileDescriptor socket = f.connect();
  const std::string line = encode_request({"cancel", {{"instance", "j"}}}) + "\n";
  REQUIRE(::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(line.size()));
  REQUIRE(::shutdown(socket.get(), SHUT_WR) == 0);
  CHECK(kind_of(ServerFixture::rest(socket)) == CommandError::Kind::not_found);
}

TEST_CASE("control server: it stops while peers are connected", "[control]") {
  ServerFixture f;
  const model::FileDescriptor silent = f.connect();
  f.server.reset();
  CHECK(ServerFixture::rest(silent).empty());
  CHECK_FALSE(is_there(f.dir.path()));
}

TEST_CASE("control server: a socket that was left behind is replaced", "[control]") {
  const TempDir dir;
  {
    const SocketPath path(dir.path());
    const model::FileDescriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    REQUIRE(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&path.address()),
                   sizeof(path.address())) == 0);
  }
  REQUIRE(is_there(dir.path()));
  const auto nobody = SocketClient::connect(dir.path(), -1);
  REQUIRE(nobody);
  CHECK_FALSE(*nobody);
  const Store store = MemoryProvider::create();
  const auto server = SocketServer::start(dir.path(), store, [](const LogRecord&) {});
  REQUIRE(server);
  CHECK(SocketClient::connect(dir.path(), -1).value() != nullptr);
}

TEST_CASE("control server: what is no socket is not replaced", "[control]") {
  const TempDir dir;
  const auto file = dir.path() / socket_file_name;
  std::ofstream(file) << "somebody's";
  const Store store = MemoryProvider::create();
  const auto server = SocketServer::start(dir.path(), store, [](const LogRecord&) {});
  REQUIRE_FALSE(server);
  CHECK(server.error().message.find(file.string()) != std::string::npos);
  CHECK(std::filesystem::file_size(file) == 10);
}

TEST_CASE("control server: a client talks to no socket that is not the engine's own", "[control]") {
  ServerFixture f;
  const auto file = f.dir.path() / socket_file_name;
  const TempDir elsewhere;
  const auto refused = [&] {
    const auto client = SocketClient::connect(f.dir.path(), -1);
    REQUIRE_FALSE(client);
    CHECK(client.error().kind == CommandError::Kind::store);
    CHECK(client.error().message.find(file.string()) != std::string::npos);
  };
  SECTION("a link to one") {
    std::filesystem::rename(file, elsewhere.path() / "socket");
    std::filesystem::create_symlink(elsewhere.path() / "socket", file);
    refused();
  }
  SECTION("a pipe") {
    std::filesystem::remove(file);
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    refused();
  }
  SECTION("one of another user") {
    if (::geteuid() == 0) {  // only root can make one
      REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
      refused();
      REQUIRE(::chown(f.dir.path().c_str(), 12345, 12345) == 0);  // root may, if all is theirs
      CHECK(SocketClient::connect(f.dir.path(), -1).value() != nullptr);
    }
  }
  SECTION("one in a directory that is a link") {
    const auto link = elsewhere.path() / "link";
    std::filesystem::create_directory_symlink(f.dir.path(), link);
    CHECK(SocketClient::connect(link, -1).value() == nullptr);  // as if there were no engine
    CHECK(SocketClient::connect(link / "", -1).value() != nullptr);
  }
}

TEST_CASE("control server: a path longer than a socket's may be", "[control]") {
  const TempDir dir;
  const auto deep = dir.path() / std::string(100, 'd') / std::string(100, 'e');
  std::filesystem::create_directories(deep);
  const Store store = MemoryProvider::create();
  const auto server = SocketServer::start(deep, store, [](const LogRecord&) {});
  REQUIRE(server);
  CHECK(is_there(deep));
  CHECK(SocketClient::connect(deep, -1).value() != nullptr);
}

TEST_CASE("control server: runtimes on one store share it, and the last removes it", "[control]") {
  const TempDir dir;
  const auto store = LmdbProvider::open(dir.path()).value();
  CHECK(store.directory() == dir.path());
  Runtime first{store};
  Runtime second{store};
  Runtime without{store, RuntimeOptions().control_socket(false)};
  without.start().value();
  CHECK_FALSE(is_there(dir.path()));
  first.start().value();
  CHECK(is_there(dir.path()));
  second.start().value();
  first.stop();
  CHECK(is_there(dir.path()));
  CHECK(SocketClient::connect(dir.path(), -1).value() != nullptr);
  second.stop();
  CHECK_FALSE(is_there(dir.path()));
  first.start().value();
  CHECK(is_there(dir.path()));
}

TEST_CASE("control server: a runtime that can have no socket runs all the same", "[control]") {
  const TempDir dir;
  std::ofstream(dir.path() / socket_file_name) << "somebody's";
  const auto store = LmdbProvider::open(dir.path()).value();
  std::vector<std::string> log;
  const LogSink warnings = [&](const LogRecord& record) {
    if (record.level >= LogLevel::warn) {
      log.push_back(record.message);
    }
  };
  Runtime runtime{store, RuntimeOptions().log_sink(warnings)};
  CHECK(runtime.start().has_value());
  CHECK(runtime.is_running());
  runtime.stop();
  REQUIRE(log.size() == 1);
  CHECK(log.front().find("duroxide.sock") != std::string::npos);
  CHECK(MemoryProvider::create().directory().empty());
}
