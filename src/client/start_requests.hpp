#pragma once

#include <string>
#include <string_view>

#include <duroxide/client.hpp>
#include <duroxide/provider_messages.hpp>

namespace duroxide::client {

/// The first message of an instance, as the arguments of a call say. They have been checked.
[[nodiscard]] work::StartOrchestration make_start(std::string_view instance,
                                                  std::string_view orchestration, std::string input,
                                                  const StartOptions& options);

/// What the store is asked, if whoever has the id already is dealt with as `reuse` says.
[[nodiscard]] provider::StartOrFind make_request(work::StartOrchestration start,
                                                 const StartOptions& options, ReusePolicy reuse);

}  // namespace duroxide::client
