#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <duroxide/changes.hpp>
#include <duroxide/management.hpp>

#include "gateway/command_error.hpp"

namespace duroxide::gateway {

/// Counts what happens in a store, as it is told, on the thread that tells it. Nobody need wait.
class ChangeCounter {
 public:
  struct Counts {
    std::uint64_t started = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t missed = 0;  ///< which of these they were is not known
  };

  /// From now on, until it is destroyed; none if the store tells of no changes. Errors: the others of
  /// `ManagementClient::subscribe`.
  [[nodiscard]] static Result<std::optional<ChangeCounter>, CommandError> begin(
      const ManagementClient& management);

  /// Since the last time. Errors: that of the subscription, if it has ended.
  [[nodiscard]] Result<Counts, CommandError> take();

 private:
  struct State;
  explicit ChangeCounter(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace duroxide::gateway
