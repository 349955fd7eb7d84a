#pragma once

#include <string>

#include "cli/exit_code.hpp"
#include "gateway/command_error.hpp"

namespace duroxide::cli {

// What the command has to say beside its answer, on standard error: a line for people, or, with
// `--json`, a document on a line:
//   {"error":{"kind":"not_found","message":"…","exit_code":3}}
//   {"warning":{"kind":"not_registered","message":"…"}}
//   {"notice":{"message":"…"}}

/// Something to know that is no error. Without a `warning` it is a notice.
struct Remark {
  std::string message;
  std::string warning{};  ///< its kind
};

/// From now on, messages are for programs.
void speak_json();

void say(const Remark& remark);

/// Returns what the process ends with.
ExitCode complain(const gateway::CommandError& error);

}  // namespace duroxide::cli
