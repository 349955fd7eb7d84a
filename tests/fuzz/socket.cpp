// What comes over the control socket: bytes of any kind to the server, and lines to both decoders. Each
// request is answered in lines that the command can read, and none that only reads changes the store.
//
// Input: 0 and a line for the decoders, or anything else and what a peer sends.

#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <duroxide/management_messages.hpp>

#include "fuzz/bytes.hpp"
#include "fuzz/target.hpp"
#include "gateway/connection.hpp"
#include "gateway/wire.hpp"
#include "provider/filled_world.hpp"
#include "provider/world.hpp"

namespace duroxide::fuzz {

const char* const target_name = "socket";

namespace {

using gateway::CommandError;
using gateway::FileDescriptor;
using nlohmann::json;

/// A server on a store in memory.
struct Server {
  Server() { testing::fill(world); }

  testing::World world{testing::Backend::memory};
  gateway::Service service{{*world.store, false}, {}, -1, {}};
};

/// Never destroyed: an actor system cannot be when the process ends, behind what the actor library
/// itself has destroyed.
Server& server() {
  static auto* const instance = new Server();
  return *instance;
}

void check_decoders(std::string_view line) {
  if (const auto request = gateway::decode_request(line)) {
    const std::string again = gateway::encode_request(*request);
    require(again.find('\n') == std::string::npos, "a request takes more than one line");
    const auto same = gateway::decode_request(again);
    require(same && same->command == request->command && same->arguments == request->arguments,
            "a request is another one when it is sent on: " + again);
  } else {
    require(request.error().kind == CommandError::Kind::usage, "a bad request is no `usage`");
  }
  if (const auto answer = gateway::decode_answer(line)) {
    const std::string again = gateway::encode_answer(*answer);
    const auto same = gateway::decode_answer(again);
    require(same && gateway::encode_answer(*same) == again, "an answer is another one: " + again);
  } else {
    require(!answer.error().message.empty(), "an answer was refused without a reason");
  }
}

/// Whether it may be carried out here: it comes to an end, and touches neither store nor files.
bool is_harmless(std::string_view line) {
  const auto request = gateway::decode_request(line);
  const gateway::Command* command = request ? gateway::find_command(request->command) : nullptr;
  return command == nullptr ||
         (!command->changes && command->name != "tail" && command->name != "backup");
}

std::string answer_to(std::string_view bytes) {
  int ends[2] = {-1, -1};
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0,
          "no socket was to be had");
  const FileDescriptor peer(ends[0]);
  // It is less than a socket holds, and so is what comes back.
  require(::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(bytes.size()),
          "the socket does not take a request");
  ::shutdown(peer.get(), SHUT_WR);
  gateway::serve(FileDescriptor(ends[1]), server().service);
  std::string answer;
  char buffer[65'536];
  while (true) {
    const ssize_t size = ::recv(peer.get(), buffer, sizeof buffer, 0);
    if (size <= 0) {
      return answer;
    }
    answer.append(buffer, static_cast<std::size_t>(size));
  }
}

void check_server(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (end != std::string_view::npos && !is_harmless(bytes.substr(0, end))) {
    return;
  }
  std::string answer = answer_to(bytes);
  require(answer.empty() == (end == std::string_view::npos),
          "a whole line has no answer, or half a line has one");
  while (!answer.empty()) {
    const std::size_t size = answer.find('\n');
    require(size != std::string::npos, "an answer ends within a line");
    const auto line = gateway::decode_answer(std::string_view(answer).substr(0, size));
    require(line.has_value(), "an answer is none that the command can read: " + answer);
    answer.erase(0, size + 1);
    const bool is_last = std::holds_alternative<gateway::ResultLine>(*line) ||
                         std::holds_alternative<CommandError>(*line);
    require(is_last == answer.empty(), "the last line of an answer is not its result");
  }
}

}  // namespace

void try_input(std::string_view input) {
  Bytes bytes(input);
  if (bytes.byte() == 0) {
    check_decoders(bytes.rest());
  } else {
    check_server(bytes.rest());
  }
}

std::vector<Sample> samples() {
  std::vector<Sample> found;
  const auto add = [&](const std::string& name, const std::string& command, const json& arguments) {
    const std::string line = gateway::encode_request({command, arguments});
    found.push_back({"request-" + name, "\1" + line + "\n"});
    if (found.size() % 5 == 0) {
      found.push_back({"line-" + name, std::string(1, '\0') + line});
    }
  };
  add("list", "list", json::object());
  add("list-filtered", "list",
      {{"status", {"running"}}, {"limit", 2}, {"order", "updated"}, {"tag", "red"}});
  add("list-all", "list_all", {{"limit", 3}});
  add("count", "count", {{"orchestration", "Test"}});
  add("complete", "complete", {{"of", "instances"}, {"prefix", "b"}});
  add("unknown", "nothing", json::object());
  for (const char* command : {"show", "history", "tree", "export", "messages"}) {
    for (const char* id : {"busy", "done", "nobody"}) {
      add(std::string(command) + "-" + id, command, {{"instance", id}});
    }
  }
  add("history-execution", "history", {{"instance", "again"}, {"execution", 1}});
  for (const char* command : {"stats", "health", "verify", "stuck", "activities", "quarantined"}) {
    add(command, command, json::object());
  }
  const gateway::AnswerLine answers[] = {
      gateway::Item{{{"a", 1}}}, gateway::ProgressLine{{{"done", 1}}}, gateway::ResultLine{nullptr},
      CommandError{CommandError::Kind::not_found, "none"}};
  for (const auto& answer : answers) {
    found.push_back({"answer-" + std::to_string(answer.index()),
                     std::string(1, '\0') + gateway::encode_answer(answer)});
  }
  return found;
}

}  // namespace duroxide::fuzz
