// What comes over the control socket: bytes of any kind to the server, lines to both decoders, and frames
// and records of remote stores. Each request is answered in lines that the command can read, or in frames
// that a remote store can, and none that only reads changes the store.
//
// Input: 0 and a line for the decoders; 2 and what a remote store sends behind its first line; 3, the
// number of a request in two bytes and its record, without its header; 4 and the same for an answer; or
// anything else and what a peer sends.

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <duroxide/management_messages.hpp>

#include "fuzz/bytes.hpp"
#include "fuzz/target.hpp"
#include "gateway/connection.hpp"
#include "gateway/remote/frames.hpp"
#include "gateway/remote/requests.hpp"
#include "gateway/wire.hpp"
#include "provider/filled_world.hpp"
#include "provider/world.hpp"

namespace duroxide::fuzz {

const char* const target_name = "socket";

namespace {

using gateway::CommandError;
using model::FileDescriptor;
using nlohmann::json;

/// A server on a store in memory.
struct Server {
  Server() { testing::fill(world); }

  testing::World world{testing::Backend::memory};
  gateway::Service service{{*world.store, false}, {}, -1, {}, false};
  /// A remote store may look only, and does not take all of its answers if there are many.
  gateway::Service read_only{{*world.store, false}, impatient(), -1, {}, true};

  static gateway::ServerLimits impatient() {
    gateway::ServerLimits limits;
    limits.patience = std::chrono::milliseconds(1);
    limits.open_requests = 1'000;
    return limits;
  }
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

std::string answer_to(std::string_view bytes, gateway::Service& service) {
  int ends[2] = {-1, -1};
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0,
          "no socket was to be had");
  const FileDescriptor peer(ends[0]);
  // It is less than a socket holds, and so is what comes back.
  require(::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(bytes.size()),
          "the socket does not take a request");
  ::shutdown(peer.get(), SHUT_WR);
  try {
    gateway::serve(FileDescriptor(ends[1]), service);
  } catch (const std::runtime_error& cut_off) {
    require(std::string_view(cut_off.what()).starts_with("a remote store was cut off: "),
            std::string("the server failed: ") + cut_off.what());
  }
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
  if (gateway::remote::is_first_line(bytes)) {
    return;
  }
  std::string answer = answer_to(bytes, server().service);
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

// --- remote stores --------------------------------------------------------------------------------

namespace remote = gateway::remote;

/// Whether a stream of frames asks for a copy of the store, which would be made.
bool asks_for_backup(std::string_view bytes) {
  remote::FrameReader reader(bytes.size(), std::string(bytes));
  while (true) {
    const auto frame = reader.next();
    if (!frame || !*frame) {
      return false;
    }
    const std::string& body = (*frame)->body;
    if (body.size() >= remote::request_number_bytes &&
        remote::number_at(body, remote::request_number_bytes) ==
            remote::EntryOf<management::BackupStore>::number) {
      return true;
    }
  }
}

void check_remote_store(std::string_view bytes) {
  if (asks_for_backup(bytes)) {
    return;
  }
  const std::string answer =
      answer_to(remote::first_line() + "\n" + std::string(bytes), server().read_only);
  remote::FrameReader reader(remote::longest_answer, answer);
  for (bool is_first = true;; is_first = false) {
    const auto frame = reader.next();
    require(frame.has_value(), "the engine sends what is no frame");
    if (!*frame) {
      return;  // who breaks the rules at once may be cut off before it is greeted
    }
    const remote::FrameKind kind = (*frame)->kind;
    require((kind == remote::FrameKind::hello) == is_first, "a remote store is greeted twice");
    require(is_first || kind == remote::FrameKind::answer || kind == remote::FrameKind::progress,
            "the engine sends what is no answer");
  }
}

/// A record of these contents, and behind a number if one is given.
std::string sealed(std::string prefix, std::string_view contents) {
  const std::size_t begin = prefix.size();
  prefix.resize(begin + model::record_header_bytes);
  prefix.append(contents);
  model::seal_record(prefix, begin);
  return prefix;
}

/// What can be read comes out as the same when it is sent on.
void check_request_record(std::uint64_t number, std::string_view contents) {
  remote::with_entry(number, [&]<class Entry>() {
    using Request = typename Entry::Request;
    std::string body;
    remote::append_number(body, number, remote::request_number_bytes);
    const auto read = remote::decode_request<Request>(sealed(body, contents));
    if (read) {
      const std::string again = remote::encode_request(*read);
      const auto same = remote::decode_request<Request>(again);
      require(same && remote::encode_request(*same) == again, "a request is another one");
    } else {
      require(!read.error().what.empty(), "a request was refused without a reason");
    }
  });
}

void check_answer_record(std::uint64_t number, std::string_view contents) {
  remote::with_entry(number, [&]<class Entry>() {
    using Answer = typename Entry::Answer;
    const auto read = remote::decode_answer<Answer>(sealed({}, contents));
    const std::string again = remote::encode_answer(read);
    require(remote::encode_answer(remote::decode_answer<Answer>(again)) == again,
            "an answer is another one");
  });
}

void check_record(bool is_request, Bytes& bytes) {
  const std::uint64_t number = bytes.byte() + 256U * bytes.byte();
  if (is_request) {
    check_request_record(number, bytes.rest());
  } else {
    check_answer_record(number, bytes.rest());
  }
}

}  // namespace

void try_input(std::string_view input) {
  Bytes bytes(input);
  switch (bytes.byte()) {
    case 0:
      check_decoders(bytes.rest());
      return;
    case 2:
      check_remote_store(bytes.rest());
      return;
    case 3:
      check_record(true, bytes);
      return;
    case 4:
      check_record(false, bytes);
      return;
    default:
      check_server(bytes.rest());
  }
}

namespace {

/// Requests and answers of remote stores, as frames and as records.
class RemoteSamples {
 public:
  explicit RemoteSamples(std::vector<Sample>& found) : found_(found) {}

  template <class Request>
  void request(const std::string& name, const Request& request) {
    const std::string body = remote::encode_request(request);
    std::string frames(1, '\2');
    remote::append_frame(frames, remote::FrameKind::request, 1, body);
    remote::append_frame(frames, remote::FrameKind::stop, 1, {});
    found_.push_back({"remote-" + name, frames});
    found_.push_back({"remote-record-" + name,
                      "\3" + body.substr(0, remote::request_number_bytes) +
                          body.substr(remote::request_number_bytes + model::record_header_bytes)});
  }
  template <class Request, class Answer>
  void answer(const std::string& name, const Answer& answer) {
    std::string number;
    remote::append_number(number, remote::EntryOf<Request>::number, remote::request_number_bytes);
    found_.push_back(
        {"remote-answer-" + name,
         "\4" + number + remote::encode_answer(answer).substr(model::record_header_bytes)});
  }

 private:
  std::vector<Sample>& found_;
};

void add_remote_samples(std::vector<Sample>& found) {
  RemoteSamples add(found);
  add.request("status", provider::GetStatus{"busy"});
  add.request("wait", provider::WaitForStatus{"busy", 0, 3});
  add.request("wait-for-value", provider::WaitForValue{"busy", "k", 1, 0});
  add.request("start", provider::StartOrFind{
                           work::StartOrchestration{
                               "new", "Test", "in", "1.0.0", ParentLink{"p", 1, 2}, {"red"}},
                           Milliseconds(5), true, false});
  add.request("event", provider::EnqueueOrchestratorWork{
                           work::ExternalRaised{"busy", "E", "data"}, {}, false});
  add.request("complete", provider::CompleteActivity{
                              {"busy", 1, 2, 3}, work::ActivityCompleted{"busy", 1, 2, "result"}});
  InstanceFilter filter;
  filter.status = {StatusFilter::paused(), ExecutionStatus::failed};
  filter.tags = {"red"};
  add.request("page", management::ListPage{filter, 2, std::nullopt});
  add.request("details", management::GetInstanceDetails{"busy"});
  add.request("history", management::ReadExecutionHistory{"done", 1});
  add.request("export", management::ExportInstance{"busy"});
  add.request("stuck", management::ListStuck{StuckFilter{Milliseconds(1), 3}});
  add.request("verify", management::VerifyStore{});
  add.request("pause", management::Pause{PauseScope::of_orchestration("Test"), true});
  add.request("subscribe", management::SubscribeChanges{1, {"busy", std::nullopt, true}, 10});
  add.request("await", management::AwaitChanges{1});
  add.answer<provider::GetStatus>(
      "status", provider::Answer<OrchestrationStatus>(
                    OrchestrationStatus(OrchestrationStatus::Failed{application_error(
                                            ErrorKind::activity_failed, "broken", "A")})
                        .with_custom_status("here", 2)));
  add.answer<provider::GetStatus>(
      "error", provider::Answer<OrchestrationStatus>(
                   failure(ProviderError{ProviderError::Kind::closed, "read", "closed", false})));
  InstanceSummary row;
  row.instance_id = "busy";
  row.tags = {"red"};
  add.answer<management::ListPage>("page",
                                   management::Answer<InstancePage>(InstancePage{{row}, "next"}));
  add.answer<management::AwaitChanges>(
      "changes", management::Answer<ChangeBatch>(
                     ChangeBatch{{{ChangeKind::failed, "busy", "Test", 1, 2, {}}}, 1}));
}

}  // namespace

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
  add_remote_samples(found);
  return found;
}

}  // namespace duroxide::fuzz
