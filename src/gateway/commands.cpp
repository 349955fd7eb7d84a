#include "gateway/commands.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>

#include "gateway/command_groups.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::gateway {

using duroxide::detail::StoreAccess;

StoreInUse::StoreInUse(const Store& its_store, bool is_live)
    : store(its_store),
      client(store),
      management(store),
      clock(store.clock()),
      live(is_live),
      missing_registration(
          [its_store](const std::string& orchestration, const std::optional<std::string>& version) {
            return StoreAccess::impl(its_store).registrations.missing(orchestration, version);
          }) {}

Client StoreInUse::starting_client() const {
  Client asks = client;
  for (const auto& interceptor : StoreAccess::impl(store).registrations.interceptors()) {
    asks = asks.with_interceptor(interceptor);
  }
  return asks;
}

const std::vector<Command>& all_commands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> all;
    for (auto* group : {reading_commands, following_commands, top_commands, store_reading_commands,
                        store_commands, starting_commands, asking_commands, acting_commands,
                        removing_commands, restoring_commands}) {
      std::vector<Command> more = group();
      std::move(more.begin(), more.end(), std::back_inserter(all));
    }
    return all;
  }();
  return commands;
}

const Command* find_command(std::string_view name) {
  const auto found = std::find_if(all_commands().begin(), all_commands().end(),
                                  [&](const Command& each) { return each.name == name; });
  return found == all_commands().end() ? nullptr : &*found;
}

const Argument* find_argument(const Command& command, std::string_view name) {
  const auto found = std::find_if(command.arguments.begin(), command.arguments.end(),
                                  [&](const Argument& each) { return each.name == name; });
  return found == command.arguments.end() ? nullptr : &*found;
}

CommandResult run_command(const StoreInUse& store, std::string_view name,
                          const nlohmann::json& values, Sink& sink) {
  const Command* command = find_command(name);
  if (command == nullptr) {
    return failure(usage_error("there is no command `" + std::string(name) + "`"));
  }
  try {
    const auto arguments = Arguments::read(*command, values);
    if (!arguments) {
      return failure(arguments.error());
    }
    return command->run(store, *arguments, sink);
  } catch (const std::exception& failed) {
    return failure(CommandError(CommandError::Kind::failed, failed.what()));
  }
}

}  // namespace duroxide::gateway
