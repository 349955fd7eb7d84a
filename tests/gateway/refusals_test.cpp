// What is told when a command is refused, told to stop, or cannot be served.

#include <array>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/command_fixture.hpp"
#include "gateway/private_file.hpp"
#include "gateway/socket_client.hpp"
#include "gateway/socket_path.hpp"
#include "gateway/socket_server.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::gateway_refusals_test {

using namespace duroxide::gateway;
using duroxide::testing::TempDir;

namespace {

struct Talk {
  explicit Talk(const std::filesystem::path& directory) : path(directory) {}
  [[nodiscard]] model::FileDescriptor make() const {
    return model::FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  [[nodiscard]] bool connect(const model::FileDescriptor& socket) const {
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&path.address()),
                     sizeof(path.address())) == 0;
  }
  SocketPath path;
};

Result<json, CommandError> ask(const std::filesystem::path& directory, const Request& request) {
  auto client = SocketClient::connect(directory, -1);
  REQUIRE(client);
  REQUIRE(*client);
  const auto go_on = [](const json&) { return true; };
  return (*client)->run(request, {go_on, go_on});
}

}  // namespace

TEST_CASE("control errors: each error of a client is one of the command", "[control][errors]") {
  using Client = ClientError::Kind;
  struct Row {
    Client of_client;
    Kind of_command;
  };
  for (const auto& [of_client, of_command] :
       {Row{Client::storage_error, Kind::failed}, Row{Client::instance_not_found, Kind::not_found},
        Row{Client::invalid_instance, Kind::usage}, Row{Client::timeout, Kind::failed},
        Row{Client::invalid_filter, Kind::usage}, Row{Client::invalid_input, Kind::usage},
        Row{Client::instance_already_exists, Kind::refused},
        Row{Client::instance_finished, Kind::refused},
        Row{Client::execution_not_found, Kind::not_found},
        Row{Client::management_not_available, Kind::failed},
        Row{Client::invalid_payload, Kind::failed},
        Row{Client::activity_not_found, Kind::not_found}, Row{Client::read_only, Kind::failed},
        Row{Client::would_deadlock, Kind::failed}, Row{Client::cancelled, Kind::failed}}) {
    CAPTURE(to_string(of_client));
    const CommandError error(ClientError{of_client, "why"});
    CHECK(error == CommandError(of_command, "why"));
    const bool is_input = of_client == Client::invalid_input;
    CHECK(refused_by_state(ClientError{of_client, "why"}).kind ==
          (is_input ? Kind::refused : of_command));
  }
}

TEST_CASE("control errors: a kind is read from its name", "[control][errors]") {
  for (const Kind kind : {Kind::failed, Kind::usage, Kind::not_found, Kind::store, Kind::refused,
                          Kind::interrupted}) {
    CHECK(command_error_kind(to_string(kind)) == kind);
  }
  CHECK_FALSE(command_error_kind("broken"));
  CHECK(to_string(static_cast<Kind>(200)) == "unknown");
  CHECK_FALSE(CommandError(Kind::failed, "a") == CommandError(Kind::failed, "b"));
  CHECK_FALSE(CommandError(Kind::failed, "a") == CommandError(Kind::usage, "a"));
}

TEST_CASE("control commands: one that is told to stop says what it has done", "[control]") {
  RunningFixture f;
  f.start("i", "Failing");
  f.await("i");
  f.sink.goes_on = false;
  const auto stopped = [&](const char* command, const json& arguments) {
    const auto result = run_command(f.in_use, command, arguments, f.sink);
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == Kind::interrupted);
    return result.error().message;
  };
  CHECK_THAT(stopped("verify", json::object()), Catch::Contains("problems were found until then"));
  CHECK_THAT(stopped("prune", {{"everything", true}, {"keep_last", 1}}),
             Catch::Contains("instances are pruned"));
  CHECK_THAT(stopped("delete", {{"everything", true}, {"dry_run", true}}),
             Catch::Contains("nothing was deleted"));
  const json all{{"all", true}, {"status", {"failed"}}};
  CHECK_THAT(stopped("cancel", all), Catch::Contains("it is done to 0 instances"));
  json look = all;
  look["dry_run"] = true;
  CHECK_THAT(stopped("cancel", look), Catch::Contains("nothing was done"));
  CHECK(f.run("count")["count"] == 1);
}

TEST_CASE("control commands: a listing ends with its reader", "[control][listing]") {
  CommandFixture f;
  for (const char* instance : {"a", "b", "c"}) {
    f.start(instance);
  }
  f.sink.most_items = 2;
  CHECK(f.refused("list_all") == Kind::interrupted);
  CHECK(f.sink.items.size() == 2);
}

TEST_CASE("control commands: a tail ends with a reader that takes no more", "[control]") {
  RunningFixture f;
  f.start("i", "Failing");
  f.await("i");
  f.sink.most_items = 1;
  CHECK(f.refused("tail", {{"instance", "i"}}) == Kind::interrupted);
  CHECK(f.sink.items.size() == 1);
}

TEST_CASE("control commands: a child is started with its parent", "[control][children]") {
  CommandFixture f;
  f.start("parent");
  f.start("child", "O", {{"parent", "parent"}});
  CHECK(f.run("show", {{"instance", "child"}})["info"]["parent_instance_id"] == "parent");
  CHECK(f.refused("start", {{"instance", "orphan"}, {"orchestration", "O"}, {"parent", ""}}) ==
        Kind::usage);
}

TEST_CASE("control commands: what has not failed is not rewound, and what is nowhere not forked",
          "[control][restore]") {
  RunningFixture f;
  f.start("i", "Approval");
  CHECK(f.refused("rewind", {{"instance", "i"}}) == Kind::refused);
  CHECK(f.refused("rewind", {{"instance", "nobody"}}) == Kind::not_found);
  CHECK(f.refused("fork", {{"instance", "nobody"}, {"new_instance", "j"}}) == Kind::not_found);
  CHECK(f.refused("fork", {{"instance", "nobody"}, {"new_instance", "j"}, {"execution", 1}}) ==
        Kind::not_found);
}

TEST_CASE("control server: as many follow as it has places for", "[control]") {
  const TempDir temp;
  const Store store = MemoryProvider::create();
  ServerLimits limits;
  limits.followers = 0;
  const auto server = SocketServer::start(
      temp.path(), store, [](const LogRecord&) {}, limits);
  REQUIRE(server);
  REQUIRE(ask(temp.path(), {"start", {{"instance", "i"}, {"orchestration", "O"}}}));
  for (const char* command : {"tail", "list_all"}) {
    const json arguments = *command == 't' ? json{{"instance", "i"}} : json::object();
    const auto refused = ask(temp.path(), {command, arguments});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::failed);
    CHECK_THAT(refused.error().message, Catch::Contains("0 others follow instances"));
  }
  CHECK(ask(temp.path(), {"count", json::object()}).value()["count"] == 1);
}

TEST_CASE("control server: without a file to be had it says so, and serves when there is one",
          "[control][limits]") {
  const TempDir temp;
  const Store store = MemoryProvider::create();
  std::mutex mutex;
  std::condition_variable was_said;
  std::string said;
  const auto server = SocketServer::start(temp.path(), store, [&](const LogRecord& record) {
    const std::lock_guard lock(mutex);
    said = record.message;
    was_said.notify_all();
  });
  REQUIRE(server);
  const Talk talk(temp.path());
  const model::FileDescriptor peer = talk.make();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  // The next file would have the number of one that is made and closed now.
  const int next = talk.make().get();
  const rlimit none{static_cast<rlim_t>(next), before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool connected = talk.connect(peer);
  {
    std::unique_lock lock(mutex);
    was_said.wait(lock, [&] { return !said.empty(); });
  }
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(connected);
  CHECK_THAT(said, Catch::Contains("control socket: cannot serve a connection: "));
  const std::string request = encode_request({"count", json::object()}) + "\n";
  REQUIRE(::send(peer.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
  std::array<char, 4096> buffer{};
  CHECK(::recv(peer.get(), buffer.data(), buffer.size(), 0) > 0);
}

TEST_CASE("control client: an engine that talks nonsense is told of", "[control]") {
  const TempDir temp;
  const Talk talk(temp.path());
  const model::FileDescriptor listener = talk.make();
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&talk.path.address()),
                 sizeof(talk.path.address())) == 0);
  REQUIRE(::chmod((temp.path() / socket_file_name).c_str(), 0600) == 0);
  REQUIRE(::listen(listener.get(), 4) == 0);
  auto client = SocketClient::connect(temp.path(), -1);
  REQUIRE(client);
  REQUIRE(*client);
  const model::FileDescriptor engine(::accept(listener.get(), nullptr, nullptr));
  const std::string nonsense = "nonsense\n";
  REQUIRE(::send(engine.get(), nonsense.data(), nonsense.size(), MSG_NOSIGNAL) == 9);
  const auto go_on = [](const json&) { return true; };
  CHECK_FALSE((*client)->run({"count", json::object()}, {go_on, go_on}));
}

TEST_CASE("control files: one that cannot be written is named", "[control][private]") {
  const TempDir temp;
  const auto refused = [](const std::filesystem::path& path) {
    const auto written = write_private_file(path, "text");
    REQUIRE_FALSE(written);
    CHECK_THAT(written.error().message, Catch::Contains(path.string()));
    return written.error().message;
  };
  CHECK_THAT(refused("/dev/full"), Catch::Contains("is not a file"));
  CHECK_FALSE(refused(temp.path()).empty());
  CHECK_FALSE(refused(temp.path() / "missing" / "file").empty());
  const auto file = temp.path() / "file";
  REQUIRE(write_private_file(file, "a longer text"));
  REQUIRE(write_private_file(file, "text"));
  std::ifstream in(file);
  std::string content;
  std::getline(in, content);
  CHECK(content == "text");
  // A disk that is full would say the same with another reason.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit little{2, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &little) == 0);
  const auto written = write_private_file(file, "text");
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(written);
  CHECK(written.error().message == "`" + file.string() + "` cannot be written: File too large");
}

}  // namespace duroxide::gateway_refusals_test
