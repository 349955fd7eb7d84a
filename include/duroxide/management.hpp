#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide {

/// Reads what is in a store, beside the engine and without slowing it. Get one from
/// `Client::management` or make one from a store. Safe to use from any number of threads.
///
/// Each call has a blocking form and one with a callback, under the rules of `Client`. Errors of
/// all: `storage_error`, `invalid_instance`, `management_not_available` if the store has none.
class ManagementClient {
 public:
  template <class T>
  using Answer = Result<T, ClientError>;
  template <class T>
  using OnAnswer = std::function<void(Answer<T>)>;

  explicit ManagementClient(Store store);
  ~ManagementClient();
  ManagementClient(const ManagementClient&) = default;
  ManagementClient& operator=(const ManagementClient&) = default;
  ManagementClient(ManagementClient&&) noexcept = default;
  ManagementClient& operator=(ManagementClient&&) noexcept = default;

  /// The instances that match, oldest first.
  [[nodiscard]] Answer<std::vector<InstanceSummary>> list_instances(
      const InstanceFilter& filter = {}) const;
  void list_instances(const InstanceFilter& filter,
                      OnAnswer<std::vector<InstanceSummary>> on_answer) const;

  /// The ids of all instances, oldest first.
  [[nodiscard]] Answer<std::vector<std::string>> list_all_instances() const;

  /// Errors: `instance_not_found`.
  [[nodiscard]] Answer<InstanceInfo> get_instance_info(std::string_view instance) const;
  void get_instance_info(std::string_view instance, OnAnswer<InstanceInfo> on_answer) const;

  /// Ids of the executions, ascending. Errors: `instance_not_found`.
  [[nodiscard]] Answer<std::vector<std::uint64_t>> list_executions(std::string_view instance) const;
  void list_executions(std::string_view instance,
                       OnAnswer<std::vector<std::uint64_t>> on_answer) const;

  /// Errors: `instance_not_found`, `execution_not_found`.
  [[nodiscard]] Answer<std::vector<Event>> read_execution_history(std::string_view instance,
                                                                  std::uint64_t execution_id) const;
  void read_execution_history(std::string_view instance, std::uint64_t execution_id,
                              OnAnswer<std::vector<Event>> on_answer) const;

  /// The activities that the instance waits for, with what each said in its last heartbeat. Errors:
  /// `instance_not_found`.
  [[nodiscard]] Answer<std::vector<PendingActivity>> list_pending_activities(
      std::string_view instance) const;
  void list_pending_activities(std::string_view instance,
                               OnAnswer<std::vector<PendingActivity>> on_answer) const;

  /// What was started too often without finishing, and is left alone now; see `PoisonPolicy`.
  [[nodiscard]] Answer<std::vector<QuarantinedItem>> list_quarantined() const;
  void list_quarantined(OnAnswer<std::vector<QuarantinedItem>> on_answer) const;

  /// Lets an instance and its activities be tried again from a count of 0, those too that wait for a
  /// registration. Gives the number of those released. Errors: `instance_not_found`.
  [[nodiscard]] Answer<std::uint64_t> release_from_quarantine(std::string_view instance) const;
  void release_from_quarantine(std::string_view instance, OnAnswer<std::uint64_t> on_answer) const;

  [[nodiscard]] Answer<QueueDepths> get_queue_depths() const;
  void get_queue_depths(OnAnswer<QueueDepths> on_answer) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duroxide
