#pragma once

#include <memory>
#include <string>
#include <vector>

#include <duroxide/provider.hpp>

#include "provider/core/instances.hpp"
#include "provider/core/kv.hpp"
#include "provider/core/waiting_reasons.hpp"

namespace duroxide::storage {

/// What management can ask of a store. Reads snapshots only, on any thread, and never bothers the
/// writer. All throw `StorageFailure`.
class Management {
 public:
  Management(std::shared_ptr<KvStore> store, std::shared_ptr<WaitingReasons> reasons)
      : store_(std::move(store)), reasons_(std::move(reasons)) {}

  /// In order of creation.
  [[nodiscard]] std::vector<InstanceSummary> list(const InstanceFilter& filter) const;
  [[nodiscard]] InstanceInfo info(const std::string& instance) const;
  [[nodiscard]] std::vector<std::uint64_t> executions(const std::string& instance) const;
  [[nodiscard]] std::vector<Event> history(const std::string& instance,
                                           std::uint64_t execution) const;
  [[nodiscard]] QueueDepths queue_depths() const;
  [[nodiscard]] std::vector<PendingActivity> pending_activities(const std::string& instance) const;
  [[nodiscard]] std::vector<QuarantinedItem> quarantined() const;

 private:
  /// Why an instance cannot go on by itself.
  [[nodiscard]] std::optional<std::string> waiting_for(const ReadView& view, Number number) const;

  std::shared_ptr<KvStore> store_;
  std::shared_ptr<WaitingReasons> reasons_;
};

struct FoundInstance {
  Number number = 0;
  InstanceRecord record;
};

/// Throws `instance_not_found`.
[[nodiscard]] FoundInstance find_instance(const ReadView& view, const std::string& instance);

/// A scheduled actor around `Management`.
[[nodiscard]] ManagementActor spawn_management(caf::actor_system& system,
                                               std::shared_ptr<KvStore> store,
                                               std::shared_ptr<WaitingReasons> reasons);

}  // namespace duroxide::storage
