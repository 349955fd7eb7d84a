#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/log.hpp>
#include <duroxide/management_messages.hpp>

#include "engine/instances.hpp"
#include "engine/waiting_reasons.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// Throws `instance_not_found`.
[[nodiscard]] FoundInstance find_instance(const ReadView& view, const std::string& instance);

/// Counts over the whole store; `use` is what it says of itself. Throws `StorageFailure`.
[[nodiscard]] SystemMetrics metrics_of(const ReadView& view, const StoreUse& use);

/// What management can ask of a store. Reads snapshots only, on any thread, and never bothers the
/// writer. All throw `StorageFailure`.
class Management {
 public:
  Management(std::shared_ptr<KvStore> store, std::shared_ptr<WaitingReasons> reasons,
             std::shared_ptr<Clock> clock, LogSink log = {})
      : store_(std::move(store)),
        reasons_(std::move(reasons)),
        clock_(std::move(clock)),
        log_(std::move(log)) {}

  /// The same for a thread of the background, which is to leave the machine to the engine.
  [[nodiscard]] Management paced() const;

  [[nodiscard]] std::vector<InstanceSummary> list(const InstanceFilter& filter) const;
  [[nodiscard]] InstanceInfo info(const std::string& instance) const;
  [[nodiscard]] std::vector<std::uint64_t> executions(const std::string& instance) const;
  /// Of the current execution if none is given.
  [[nodiscard]] std::vector<Event> history(const std::string& instance,
                                           std::optional<std::uint64_t> execution) const;
  [[nodiscard]] QueueDepths queue_depths() const;
  [[nodiscard]] std::vector<PendingActivity> pending_activities(const std::string& instance) const;
  [[nodiscard]] std::vector<InstanceMessage> messages(const std::string& instance) const;
  [[nodiscard]] std::vector<QuarantinedItem> quarantined() const;
  [[nodiscard]] InstancePage page(const management::ListPage& request) const;
  [[nodiscard]] std::uint64_t count(const InstanceFilter& filter) const;
  [[nodiscard]] InstanceCounts counts() const;
  [[nodiscard]] std::optional<InstanceDetails> details(const std::string& instance) const;
  [[nodiscard]] ExecutionInfo execution(const std::string& instance, std::uint64_t execution) const;
  [[nodiscard]] SystemMetrics metrics() const;
  /// What the store itself says: see `metric_families.cpp`.
  [[nodiscard]] std::vector<MetricFamily> metric_families() const;
  [[nodiscard]] SystemHealth health() const;
  [[nodiscard]] std::vector<StuckInstance> stuck(const StuckFilter& filter) const;
  [[nodiscard]] std::vector<PausedItem> paused() const;
  /// Not more than `limit` instances of it, but its root in any case.
  [[nodiscard]] InstanceTree tree(const std::string& instance,
                                  const std::optional<std::uint32_t>& limit) const;

 private:
  /// `history` is that of the current execution.
  [[nodiscard]] std::vector<PendingActivity> pending_activities(
      const ReadView& view, const FoundInstance& found, const std::vector<Event>& history) const;
  /// Why an instance cannot go on by itself.
  [[nodiscard]] std::optional<std::string> waiting_for(const ReadView& view, Number number) const;

  std::shared_ptr<KvStore> store_;
  std::shared_ptr<WaitingReasons> reasons_;
  std::shared_ptr<Clock> clock_;
  LogSink log_;
};

}  // namespace duroxide::storage
