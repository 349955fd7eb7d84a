#pragma once

#include <set>
#include <string>

#include <duroxide/management.hpp>

namespace duroxide::client {

/// The instances that there are at one moment, as told from what is created later. What goes through
/// all that match would else go on with what comes of its own work, such as the children that code
/// starts while it cleans up, and might never end.
class ExistingInstances {
 public:
  /// As of now. Errors: those of a listing.
  [[nodiscard]] static Result<ExistingInstances, ClientError> now(const ManagementClient& client);

  /// The filter, for none that is newer. Times go by milliseconds, so what was created in the same one as
  /// the newest is still let through.
  [[nodiscard]] InstanceFilter narrowed(InstanceFilter filter) const;
  /// Whether one that this filter lets through was there.
  [[nodiscard]] bool include(const InstanceSummary& instance) const;

 private:
  ExistingInstances() = default;

  Timestamp newest_;                 ///< when the last of them was created
  std::set<std::string> of_newest_;  ///< those that were created then
};

}  // namespace duroxide::client
