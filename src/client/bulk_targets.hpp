#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <duroxide/management.hpp>

#include "client/client_errors.hpp"

namespace duroxide::client {

/// Of an action that raises an event.
[[nodiscard]] RaiseOptions raise_options(const BulkAction& action);

/// Whether its texts could be given to any instance. Errors: `invalid_input`.
[[nodiscard]] Checked check_action(const BulkAction& action);

/// Which instances an action is for: the one place that knows, for doing it and for looking first what
/// it would be done to.
class BulkTargets {
 public:
  /// Asks `client` for what is paused, if that matters.
  [[nodiscard]] static Result<BulkTargets, ClientError> of(const ManagementClient& client,
                                                           const BulkAction& action);

  /// The filter in the order of creation, which acting does not change; without a status, of those that
  /// the action is for.
  [[nodiscard]] InstanceFilter narrowed(InstanceFilter filter) const;
  /// Whether the action would leave it as it is.
  [[nodiscard]] bool is_so_already(const InstanceSummary& instance) const;
  /// Whether it would be done, as far as the listing tells.
  [[nodiscard]] bool would_act(const InstanceSummary& instance) const;
  /// Whether it was refused only because the instance is no longer as it was when it was listed.
  [[nodiscard]] bool has_changed(const ManagementClient& client, const InstanceSummary& listed,
                                 const ClientError& refused) const;

 private:
  explicit BulkTargets(BulkAction::Kind kind) : kind_(kind) {}

  BulkAction::Kind kind_;
  std::set<std::string> paused_;  ///< by themselves, for `pause` and `resume`
};

/// Those that match and to which the action would be done now, up to the filter's limit. None at all
/// if `on_progress` says to stop. Errors: those of `act_on_instances`.
[[nodiscard]] Result<std::vector<InstanceSummary>, ClientError> instances_to_act_on(
    const ManagementClient& client, const InstanceFilter& filter, const BulkAction& action,
    const OnProgress& on_progress);
/// How many they are, without a list of them.
[[nodiscard]] Result<std::uint64_t, ClientError> count_to_act_on(const ManagementClient& client,
                                                                 const InstanceFilter& filter,
                                                                 const BulkAction& action,
                                                                 const OnProgress& on_progress);

}  // namespace duroxide::client
