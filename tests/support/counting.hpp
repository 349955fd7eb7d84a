#pragma once

// An orchestration that is asked while it runs, for tests of whoever asks.

#include <stdexcept>
#include <string>

#include <duroxide/runtime.hpp>

namespace duroxide::testing {

/// Adds up what the update Add brings, and answers with the sum; it refuses what is negative, and fails at 13.
/// The query Total tells the sum. Ends with it at the event Stop.
inline Task<std::string> count_up(OrchestrationContext ctx) {
  int total = 0;
  const auto add = [&](int more) {
    if (more == 13) {
      throw std::runtime_error("no luck");
    }
    return total += more;
  };
  const auto check = [](int more) -> Result<void, std::string> {
    if (more < 0) {
      return failure(std::string("it only goes up"));
    }
    return {};
  };
  ctx.on_update<int, int>("Add", add, check);
  ctx.on_query<std::string, int>("Total", [&](const std::string&) { return total; });
  co_await ctx.wait_for_external_event("Stop");
  co_return std::to_string(total);
}

}  // namespace duroxide::testing
