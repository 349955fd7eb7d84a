#pragma once

#include <memory>

#include <duroxide/errors.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/log.hpp>

#include "protocol/quiet_acks.hpp"
#include "replay/execution.hpp"
#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// The store has not taken a turn: counts and logs that, unless the store is closed. One whose lease is
/// over is counted only, as the store hands it out again by itself. `line` names the turn. Returns whether
/// the turn is still leased and is to be given back. Thread-safe.
[[nodiscard]] bool tell_of_refusal(const Environment& environment, LogRecord line,
                                   const ProviderError& error);

/// The same for a turn that is acknowledged quietly, whose orchestrator may have ended by then.
class RefusedQuietly final : public storage::RefusalListener {
 public:
  /// Of this execution, which has these headers. It is part of each instance that waits in memory, so it
  /// shares what it is to say with the execution.
  RefusedQuietly(SharedEnvironment environment, std::shared_ptr<const replay::Assignment> of,
                 Headers headers);

  void refused(const ProviderError& error) const noexcept override;

 private:
  SharedEnvironment environment_;
  std::shared_ptr<const replay::Assignment> of_;
  Headers headers_;
};

}  // namespace duroxide::runtime
