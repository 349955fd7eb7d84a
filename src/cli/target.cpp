#include "cli/target.hpp"

#include <optional>
#include <utility>

#include "cli/local_sink.hpp"
#include "cli/opened_store.hpp"
#include "gateway/commands.hpp"

namespace duroxide::cli {

namespace {

using gateway::CommandError;
using Answer = Result<nlohmann::json, CommandError>;

/// Asks the engine; nothing if none answers.
std::optional<Answer> ask_engine(const std::string& directory, const gateway::Request& request,
                                 const gateway::AnswerHandlers& handlers, int stop) {
  auto client = gateway::SocketClient::connect(directory, stop);
  if (!client) {
    return Answer(failure(std::move(client).error()));
  }
  if (!*client) {
    return std::nullopt;
  }
  return (*client)->run(request, handlers);
}

}  // namespace

Answer carry_out(const std::string& place, const gateway::Request& request,
                 const gateway::AnswerHandlers& handlers, int stop) {
  const gateway::Command* command = gateway::find_command(request.command);
  const bool changes = command != nullptr && command->changes;
  std::optional<Answer> answer;
  const auto opened =
      open_unless_answered(place, changes ? Access::change : Access::look, stop, [&] {
        answer = ask_engine(place, request, handlers, stop);
        return answer.has_value();
      });
  if (answer) {
    return std::move(*answer);
  }
  if (!opened) {
    return failure(opened.error());
  }
  LocalSink sink(handlers, stop);
  const OpenedStore& mine = **opened;
  return gateway::run_command(gateway::StoreInUse(mine.store, mine.is_shared), request.command,
                              request.arguments, sink);
}

}  // namespace duroxide::cli
