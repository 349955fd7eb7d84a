#pragma once

// What commands share that do the same to one instance or, with `--all`, to all that a filter chooses.

#include <string_view>
#include <vector>

#include <duroxide/management_actions.hpp>

#include "gateway/arguments.hpp"
#include "gateway/command.hpp"
#include "gateway/commands.hpp"
#include "gateway/filter_arguments.hpp"

namespace duroxide::gateway {

/// The one that a command is about which can also do it to all.
inline constexpr Argument one_unless_all{.name = "instance",
                                         .type = ArgumentType::instance,
                                         .option = "instance",
                                         .help = "one instance; left out with --all"};

/// Its own arguments, and those that choose many.
[[nodiscard]] std::vector<Argument> one_or_all(std::vector<Argument> own,
                                               std::string_view name = name_of_filter);

/// Whether it is about many.
[[nodiscard]] bool means_all(const Arguments& arguments);
/// Whether anything was given that only says which of many.
[[nodiscard]] bool chooses(const Arguments& arguments, std::string_view name = name_of_filter);

/// Refuses arguments that name neither one nor all, or both, and a filter without `--all`.
[[nodiscard]] Result<void, CommandError> check_one_or_all(const Arguments& arguments,
                                                          std::string_view name);
[[nodiscard]] Result<void, CommandError> check_one_or_all(const Arguments& arguments);

/// Does it to all, or tells to which it would be done: `{"would_cancel":[…]}` for the command `cancel`,
/// or to how many, for a question.
[[nodiscard]] CommandResult act_on_all(const StoreInUse& store, const Arguments& arguments,
                                       Sink& sink, std::string_view command,
                                       const BulkAction& action,
                                       std::string_view name = name_of_filter);

}  // namespace duroxide::gateway
