// What comes to the dashboard: a byte, and by what it says
//   0   what a stranger sends, who has neither link nor token
//   1   what the owner of a Unix socket sends, where nothing can be changed
//   2   a command by its number, and the query of a request for it
// or anything else and a head of a request, line by line, as `Access` sees it.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <duroxide/http_options.hpp>

#include "fuzz/bytes.hpp"
#include "fuzz/target.hpp"
#include "gateway/http/access.hpp"
#include "gateway/http/dashboard.hpp"
#include "gateway/http/query_arguments.hpp"
#include "provider/filled_world.hpp"
#include "provider/world.hpp"

namespace duroxide::fuzz {

const char* const target_name = "http";

namespace {

using model::FileDescriptor;
namespace http = gateway::http;

/// Of a store in memory, one to strangers and one to its owner, neither of which can be changed.
class Servers {
 public:
  Servers() {
    testing::fill(world_);
    socket_ = std::filesystem::temp_directory_path() / ("http-fuzz-" + std::to_string(::getpid()));
    stranger_ = serve(HttpOptions());
    owner_ = serve(HttpOptions().unix_socket(socket_));
    // Nobody is to close them at the end: an actor system cannot be then.
    std::atexit([] { std::filesystem::remove(servers().socket_); });
  }

  /// Never destroyed.
  static Servers& servers() {
    static auto* const instance = new Servers();
    return *instance;
  }

  [[nodiscard]] std::string answer_to_stranger(std::string_view bytes) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port());
    return answer(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof(address), bytes);
  }
  [[nodiscard]] std::string answer_to_owner(std::string_view bytes) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    return answer(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof(address), bytes);
  }
  [[nodiscard]] std::uint16_t port() const {
    const std::string before = "http://127.0.0.1:";
    return static_cast<std::uint16_t>(std::stoul(stranger_->link().substr(before.size())));
  }

 private:
  std::unique_ptr<http::Dashboard> serve(const HttpOptions& options) {
    const auto in_use = std::make_shared<const gateway::StoreInUse>(*world_.store, false);
    http::HttpLimits limits;
    // Nobody runs the store, so whoever follows or asks is told so, and has an end.
    limits.followers = 1;
    auto started = http::Dashboard::start(
        options, "fuzz",
        [in_use](const gateway::Request& request, gateway::Sink& sink, int) {
          return gateway::run_command(*in_use, request.command, request.arguments, sink);
        },
        limits);
    require(started.has_value(), "no server can be started");
    return std::move(*started);
  }

  static std::string answer(int family, const sockaddr* address, socklen_t size,
                            std::string_view bytes) {
    const FileDescriptor peer(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    require(::connect(peer.get(), address, size) == 0, "the server takes no connection any more");
    (void)::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(peer.get(), SHUT_WR);
    std::string all;
    std::array<char, 65'536> buffer{};
    ssize_t received = 0;
    while ((received = ::recv(peer.get(), buffer.data(), buffer.size(), 0)) > 0) {
      all.append(buffer.data(), static_cast<std::size_t>(received));
    }
    return all;
  }

  testing::World world_{testing::Backend::memory};
  std::filesystem::path socket_;
  std::unique_ptr<http::Dashboard> stranger_;
  std::unique_ptr<http::Dashboard> owner_;
};

/// 0 for no answer at all, but perhaps the word to go on with a body.
unsigned status_of(std::string answer) {
  constexpr std::string_view before = "HTTP/1.1 ";
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  if (answer.starts_with(go_on)) {
    answer.erase(0, go_on.size());
  }
  if (answer.empty()) {
    return 0;
  }
  require(answer.starts_with(before) && answer.find("\r\n\r\n") != std::string::npos,
          "an answer is no HTTP: " + answer.substr(0, 100));
  return static_cast<unsigned>(std::stoul(answer.substr(before.size(), 3)));
}

void check_stranger(std::string_view bytes) {
  const std::string answer = Servers::servers().answer_to_stranger(bytes);
  const unsigned status = status_of(answer);
  require(status == 0 || status >= 400 || answer.find("Content-Length: 3\r\n") != std::string::npos,
          "a stranger is answered: " + answer);
  require(answer.find("busy") == std::string::npos, "a stranger is told of the store: " + answer);
  require(status != 500, "a stranger makes the server fail: " + answer);
}

void check_owner(std::string_view bytes) {
  const std::string answer = Servers::servers().answer_to_owner(bytes);
  const unsigned status = status_of(answer);
  require(status == 0 || (status >= 200 && status < 600), "an answer has no status");
  require(answer.find("the answer could not be made") == std::string::npos,
          "an answer cannot be made: " + answer);
}

void check_query(Bytes& bytes) {
  const auto& commands = gateway::all_commands();
  const gateway::Command& command = commands[bytes.byte() % commands.size()];
  http::HttpRequest request;
  std::string_view rest = bytes.rest();
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    const std::size_t equals = std::min(part.find('='), part.size());
    request.query.emplace_back(part.substr(0, equals),
                               part.substr(std::min(part.size(), equals + 1)));
  }
  const auto arguments = http::arguments_of_query(command, request);
  if (!arguments) {
    require(arguments.error().kind == gateway::CommandError::Kind::usage &&
                !arguments.error().message.empty(),
            "a query is refused without a reason");
    return;
  }
  const auto read = gateway::Arguments::read(command, *arguments);
  require(read || read.error().kind == gateway::CommandError::Kind::usage,
          "arguments are refused for what is no mistake of theirs");
}

/// Nobody gets in without a secret, whatever the head says.
void check_head(std::string_view rest) {
  static const auto access = std::make_unique<http::Access>(
      http::Access::of_loopback(8'080, "the-token-that-nobody-knows"));
  http::HttpRequest head;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t colon = std::min(line.find(':'), line.size());
    head.headers.emplace(line.substr(0, colon), line.substr(std::min(line.size(), colon + 1)));
  }
  const std::string_view host = head.header("host");
  const bool is_own = host == "127.0.0.1:8080" || host == "localhost:8080" || host == "[::1]:8080";
  require(access->refusal_of_place(head).has_value() || is_own, "a name of another is let in");
  const bool knows = head.header("authorization") == "Bearer the-token-that-nobody-knows";
  require(access->refusal_of_person(head).has_value() != knows, "a stranger is let in");
  require(access->enter(head.header("cookie")).status == 410, "a code that is none is taken");
}

std::string request(const std::string& line, const std::string& more = {}) {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

}  // namespace

void try_input(std::string_view input) {
  Bytes bytes(input);
  switch (bytes.byte()) {
    case 0:
      check_stranger(bytes.rest());
      return;
    case 1:
      check_owner(bytes.rest());
      return;
    case 2:
      check_query(bytes);
      return;
    default:
      check_head(bytes.rest());
  }
}

std::vector<Sample> samples() {
  std::vector<Sample> found;
  const auto add = [&](const std::string& name, const std::string& bytes) {
    found.push_back({"stranger-" + name, std::string(1, '\0') + bytes});
    found.push_back({"owner-" + name, "\1" + bytes});
  };
  add("page", request("GET /"));
  add("file", request("GET /style.css"));
  add("health", request("GET /healthz"));
  add("ready", request("HEAD /readyz", "Accept: */*\r\n"));
  add("enter", request("GET /enter?code=0123456789"));
  add("list", request("GET /api/v1/list?status=running&limit=2&search=b%75sy"));
  add("show", request("GET /api/v1/show?instance=busy", "Cookie: a=b; duroxide=c\r\n"));
  add("history", request("GET /api/v1/history?instance=again&execution=1"));
  add("changes", request("GET /api/v1/changes?instance=busy", "Last-Event-ID: 3\r\n"));
  add("query", request("GET /api/v1/query?instance=busy&name=Total&timeout=60000"));
  add("update",
      request("POST /api/v1/update", "Content-Type: application/json\r\nContent-Length: 32\r\n") +
          R"({"instance":"busy","name":"Add"})");
  add("cancel",
      request("POST /api/v1/cancel", "Content-Type: application/json\r\nContent-Length: 19\r\n") +
          R"({"instance":"busy"})");
  add("chunks",
      request("POST /api/v1/link", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n");
  add("expects", request("POST /api/v1/raise", "Expect: 100-continue\r\nContent-Length: 3\r\n"));
  add("old", "GET / HTTP/1.0\r\n\r\n");
  add("two", request("GET /healthz") + request("GET /api/v1/stats"));
  add("origin", request("GET /api/v1/stuck",
                        "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n"));
  for (const char* query : {"status=failed&status=paused&limit=5&order=id&roots_only=true",
                            "instance=busy&execution=2", "no_progress_for=1000&limit=1"}) {
    for (const char command : {'\0', '\2', '\4', '\7'}) {
      found.push_back(
          {"query-" + std::to_string(found.size()), std::string("\2") + command + query});
    }
  }
  found.push_back({"head-own", "\3host:localhost:8080\norigin:http://localhost:8080\n"});
  found.push_back({"head-bearer", "\3host:127.0.0.1:8080\nauthorization:Bearer the-token\n"});
  found.push_back({"head-cookie", "\3host:[::1]:8080\ncookie:a=b; duroxide=0123;duroxide=\n"});
  add("endless", request("GET /healthz", "Transfer-Encoding: \r\n") + "no end of it");
  return found;
}

}  // namespace duroxide::fuzz
