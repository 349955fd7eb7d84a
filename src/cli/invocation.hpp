#pragma once

#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <duroxide/result.hpp>

#include "cli/exit_code.hpp"
#include "cli/message.hpp"
#include "cli/output.hpp"
#include "gateway/command_error.hpp"
#include "gateway/socket_client.hpp"
#include "gateway/wire.hpp"

namespace duroxide::cli {

using Show = std::function<void(Output&, const nlohmann::json&)>;

/// What a command line comes to.
struct Invocation {
  gateway::Request request;
  /// Does what is asked for, instead of the request to the store that was named, if it is set.
  std::function<Result<nlohmann::json, gateway::CommandError>(const gateway::AnswerHandlers&,
                                                              int stop)>
      carry_out;
  bool for_programs = false;  ///< not for people, whose terminal may matter
  /// Shows the result to people.
  Show show;
  /// Shows one of many items to people. A command that has one writes a line of JSON per item for
  /// programs, and its result only if `write_for_programs` does.
  Show show_item;
  /// What programs get, if it is not the result.
  Show write_for_programs;
  /// What is to be known about the result, if anything is.
  std::function<std::optional<Remark>(const nlohmann::json&)> notice;
  /// What the result means, if not that all is well.
  std::function<ExitCode(const nlohmann::json&)> judge;
  /// For what cannot be undone, or is done to many: the question, and a look at what it would hit if
  /// the question needs one.
  std::optional<gateway::Request> preview;
  std::function<std::string(const nlohmann::json&)> question;
};

/// What goes for every command.
struct Settings {
  std::string store;  ///< a directory, or the address of a database
  bool json = false;
  bool yes = false;  ///< no question
  ColorMode color = ColorMode::automatic;
};

/// Carries out an invocation, and says on standard error what went wrong.
[[nodiscard]] ExitCode run_invocation(const Settings& settings, const Invocation& invocation);

}  // namespace duroxide::cli
