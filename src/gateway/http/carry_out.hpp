#pragma once

#include <functional>

#include "gateway/commands.hpp"
#include "gateway/wire.hpp"

namespace duroxide::gateway::http {

/// Carries out a command on the store that is served, wherever its engine runs. It ends early once `stop`
/// is readable. Called by several threads at a time.
using CarryOut = std::function<CommandResult(const Request& request, Sink& sink, int stop)>;

}  // namespace duroxide::gateway::http
