#pragma once

#include "gateway/command_error.hpp"

namespace duroxide::cli {

/// What the process ends with; `duroxide --help` tells them.
enum class ExitCode : int {
  done = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  store = 4,
  refused = 5,
  problems = 6,  ///< `verify` found some
  interrupted = 130,
};

[[nodiscard]] inline ExitCode exit_code_of(gateway::CommandError::Kind kind) {
  using Kind = gateway::CommandError::Kind;
  switch (kind) {
    case Kind::failed:
      break;
    case Kind::usage:
      return ExitCode::usage;
    case Kind::not_found:
      return ExitCode::not_found;
    case Kind::store:
      return ExitCode::store;
    case Kind::refused:
      return ExitCode::refused;
    case Kind::interrupted:
      return ExitCode::interrupted;
  }
  return ExitCode::failed;
}

}  // namespace duroxide::cli
