#pragma once

// The command line, by subject. Each function adds its commands to the application; the one that the
// user names fills in the invocation.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/invocation.hpp"

namespace duroxide::cli {

void add_reading_subcommands(CLI::App& app, Invocation& invocation);
void add_store_subcommands(CLI::App& app, Invocation& invocation);
void add_acting_subcommands(CLI::App& app, Invocation& invocation);
void add_removing_subcommands(CLI::App& app, Invocation& invocation);
void add_restoring_subcommands(CLI::App& app, Invocation& invocation);

/// A command with its example; `examples` are whole command lines.
[[nodiscard]] CLI::App* add_command(CLI::App& app, const std::string& name,
                                    const std::string& description,
                                    const std::vector<std::string>& examples);

// Options that become arguments of the command, under the name `argument`, if they are given.

/// The arguments that are being put together.
using Arguments = std::shared_ptr<nlohmann::json>;
[[nodiscard]] Arguments new_arguments();

CLI::Option* text_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                         const std::string& argument, const std::string& description);
CLI::Option* number_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                           const std::string& argument, const std::string& description,
                           std::uint64_t least = 0);
CLI::Option* flag_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                         const std::string& argument, const std::string& description);
/// A moment, or an age such as `2h`, which is that long ago.
CLI::Option* time_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                         const std::string& argument, const std::string& description);
/// A duration such as `90s`.
CLI::Option* duration_option(CLI::App* command, const Arguments& arguments,
                             const std::string& flags, const std::string& argument,
                             const std::string& description);
/// One that may be given several times.
CLI::Option* texts_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                          const std::string& argument, const std::string& description);
/// `--tag`, which may be given several times.
CLI::Option* tags_option(CLI::App* command, const Arguments& arguments,
                         const std::string& description);
/// Those that choose instances.
void add_filter_options(CLI::App* command, const Arguments& arguments);

}  // namespace duroxide::cli
