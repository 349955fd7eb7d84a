#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <nlohmann/json.hpp>

#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "gateway/line_socket.hpp"
#include "gateway/wire.hpp"

namespace duroxide::gateway {

/// What comes before the result of a command; each returns whether to go on.
struct AnswerHandlers {
  std::function<bool(const nlohmann::json&)> on_item;
  std::function<bool(const nlohmann::json&)> on_progress;
};

/// A connection to the engine that runs on a store.
class SocketClient {
 public:
  /// Null if no engine answers there: it has none, or not one with a socket. Errors: `store` if one
  /// may be there but cannot be asked.
  [[nodiscard]] static Result<std::unique_ptr<SocketClient>, CommandError> connect(
      const std::filesystem::path& directory, int stop);

  /// Has the command carried out. Errors: those of the command; `interrupted` once `stop` is readable
  /// or a handler says so; `failed` if the engine goes away meanwhile.
  [[nodiscard]] Result<nlohmann::json, CommandError> run(const Request& request,
                                                         const AnswerHandlers& handlers);

 private:
  SocketClient(model::FileDescriptor socket, int stop) : socket_(std::move(socket), stop) {}

  LineSocket socket_;
};

}  // namespace duroxide::gateway
