#include "gateway/socket_client.hpp"

#include <string>
#include <utility>

#include "gateway/engine_socket.hpp"

namespace duroxide::gateway {

namespace {

using Outcome = LineSocket::Outcome;

/// Far above what an engine sends in one line.
constexpr std::size_t longest_line = std::size_t{4} << 30;

CommandError of_outcome(Outcome outcome) {
  if (outcome == Outcome::stopped) {
    return {CommandError::Kind::interrupted, "interrupted"};
  }
  return {CommandError::Kind::failed, "the engine went away before it had answered"};
}

}  // namespace

Result<std::unique_ptr<SocketClient>, CommandError> SocketClient::connect(
    const std::filesystem::path& directory, int stop) {
  auto socket = connect_to_engine(directory, true);
  if (!socket) {
    return failure(std::move(socket).error());
  }
  if (!socket->is_open()) {
    return nullptr;
  }
  return std::unique_ptr<SocketClient>(new SocketClient(*std::move(socket), stop));
}

Result<nlohmann::json, CommandError> SocketClient::run(const Request& request,
                                                       const AnswerHandlers& handlers) {
  // An engine that refuses a request early may not read all of it, but says why.
  const Outcome sent = socket_.write_line(encode_request(request), std::nullopt);
  if (sent == Outcome::stopped) {
    return failure(of_outcome(sent));
  }
  std::string line;
  while (true) {
    const Outcome outcome = socket_.read_line(line, longest_line, std::nullopt);
    if (outcome != Outcome::done) {
      return failure(of_outcome(outcome));
    }
    auto answer = decode_answer(line);
    if (!answer) {
      return failure(std::move(answer).error());
    }
    bool go_on = true;
    if (auto* result = std::get_if<ResultLine>(&*answer)) {
      return std::move(result->value);
    }
    if (auto* error = std::get_if<CommandError>(&*answer)) {
      return failure(std::move(*error));
    }
    if (const auto* item = std::get_if<Item>(&*answer)) {
      go_on = handlers.on_item(item->value);
    } else if (const auto* progress = std::get_if<ProgressLine>(&*answer)) {
      go_on = handlers.on_progress(progress->value);
    }
    if (!go_on) {
      return failure(of_outcome(Outcome::stopped));
    }
  }
}

}  // namespace duroxide::gateway
