#include "gateway/commands.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include "gateway/command_groups.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::gateway {

using duroxide::detail::StoreAccess;

StoreInUse::StoreInUse(const Store& store, bool is_live)
    : client(store),
      management(store),
      clock(store.clock()),
      live(is_live),
      missing_registration(
          [store](const std::string& orchestration, const std::optional<std::string>& version) {
            return StoreAccess::impl(store).registrations.missing(orchestration, version);
          }) {}

const std::vector<Command>& all_commands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> all;
    add_reading_commands(all);
    add_store_reading_commands(all);
    add_following_commands(all);
    add_acting_commands(all);
    add_removing_commands(all);
    add_restoring_commands(all);
    add_store_commands(all);
    return all;
  }();
  return commands;
}

const Command* find_command(std::string_view name) {
  const auto found = std::find_if(all_commands().begin(), all_commands().end(),
                                  [&](const Command& each) { return each.name == name; });
  return found == all_commands().end() ? nullptr : &*found;
}

Result<nlohmann::json, CommandError> run_command(const StoreInUse& store, std::string_view name,
                                                 const nlohmann::json& arguments, Sink& sink) {
  const Command* command = find_command(name);
  if (command == nullptr) {
    return failure(
        CommandError{CommandError::Kind::usage, "there is no command `" + std::string(name) + "`"});
  }
  try {
    return command->run(store, Arguments(arguments, command->arguments), sink);
  } catch (const CommandFailure& failed) {
    return failure(failed.error());
  } catch (const std::exception& failed) {
    return failure(CommandError{CommandError::Kind::failed, failed.what()});
  }
}

}  // namespace duroxide::gateway
