#include "gateway/connection.hpp"

#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

#include "gateway/follower_place.hpp"
#include "gateway/json_types.hpp"
#include "gateway/line_socket.hpp"
#include "gateway/remote/frames.hpp"
#include "gateway/remote/serving.hpp"
#include "gateway/unix_socket.hpp"
#include "gateway/wire.hpp"

namespace duroxide::gateway {

namespace {

using Outcome = LineSocket::Outcome;

/// A sink at the other end of a connection.
class PeerSink final : public Sink {
 public:
  PeerSink(LineSocket& socket, Milliseconds patience) : socket_(socket), patience_(patience) {}

  /// From now on the peer may take its time: somebody reads the answer page by page.
  void wait_for_reader() { patience_.reset(); }

  /// Looks first whether it is to stop: with a peer that reads fast, no write ever has to wait.
  bool item(const nlohmann::json& value) override {
    return socket_.goes_on() && write(Item{value});
  }
  bool progress(const Progress& progress) override {
    return socket_.write_if_room(encode_answer(ProgressLine{json_of(progress)}));
  }
  bool wait_until_readable(int file) override {
    return socket_.wait_until_readable(file) == Outcome::done;
  }

  bool write(const AnswerLine& line) {
    return socket_.write_line(encode_answer(line), patience_) == Outcome::done;
  }

 private:
  LineSocket& socket_;
  std::optional<Milliseconds> patience_;
};

/// The permissions of the socket's file say the same; this holds also if somebody changes them.
bool is_allowed(int peer) {
  const auto user = user_of_peer(peer);
  return user && (*user == ::geteuid() || *user == 0);
}

AnswerLine run(const Request& request, Service& service, Sink& sink) {
  auto result = run_command(service.store, request.command, request.arguments, sink);
  if (!result && result.error().kind == CommandError::Kind::interrupted) {
    // A peer that has gone does not read this. Whoever does has interrupted nothing.
    return CommandError{CommandError::Kind::failed,
                        "the engine is stopping: " + std::move(result).error().message};
  }
  if (!result) {
    return std::move(result).error();
  }
  return ResultLine{std::move(*result)};
}

AnswerLine answer(std::string_view line, Service& service, PeerSink& sink) {
  const auto request = decode_request(line);
  if (!request) {
    return request.error();
  }
  const Command* command = find_command(request->command);
  if (command != nullptr && command->changes && service.is_read_only) {
    return CommandError{CommandError::Kind::refused, std::string(read_only_refusal)};
  }
  if (command == nullptr || !command->follows) {
    return run(*request, service, sink);
  }
  const FollowerPlace place(service.followers, service.limits.followers);
  if (!place.has_place()) {
    return CommandError{CommandError::Kind::failed,
                        std::to_string(service.limits.followers) +
                            " others follow instances of this engine or list them all already, "
                            "which is as many as it serves"};
  }
  sink.wait_for_reader();
  return run(*request, service, sink);
}

/// A remote store stays, as those do who follow an instance, and has a place among them.
void serve_remote(std::string_view line, LineSocket socket, Service& service) {
  const FollowerPlace place(service.followers, service.limits.followers);
  auto [peer, unread] = std::move(socket).release();
  if (const std::string refusal = remote::refusal_of(line); !refusal.empty()) {
    remote::turn_away(peer, refusal);
  } else if (!place.has_place()) {
    remote::turn_away(peer, "this engine serves " + std::to_string(service.limits.followers) +
                                " remote stores and others already, which is as many as it serves");
  } else {
    remote::serve(std::move(peer), std::move(unread), service);
  }
}

CommandError too_long(const ServerLimits& limits) {
  return {CommandError::Kind::usage,
          "the request is longer than " + std::to_string(limits.request_bytes) + " bytes"};
}

}  // namespace

void serve(model::FileDescriptor peer, Service& service) {
  const bool allowed = is_allowed(peer.get());
  LineSocket socket(std::move(peer), service.stop);
  const ServerLimits& limits = service.limits;
  PeerSink sink(socket, limits.patience);
  if (!allowed) {
    sink.write(CommandError{CommandError::Kind::refused,
                            "only the user of the engine, or root, may control it"});
    return;
  }
  std::string line;
  const Outcome received = socket.read_line(line, limits.request_bytes, limits.patience);
  if (received == Outcome::done && remote::is_first_line(line)) {
    serve_remote(line, std::move(socket), service);
  } else if (received == Outcome::done) {
    sink.write(answer(line, service, sink));
  } else if (received == Outcome::too_long) {
    sink.write(too_long(limits));
  } else if (received == Outcome::timed_out) {
    sink.write(CommandError{CommandError::Kind::usage, "no request came in time"});
  }
}

}  // namespace duroxide::gateway
