#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/core/batch.hpp"
#include "provider/core/keys.hpp"
#include "provider/core/records.hpp"

namespace duroxide::storage {

/// A read of one key that names table and key if the bytes make no sense.
[[noreturn]] void throw_corrupt(Table table, std::string_view key, const std::string& why);

/// Reads from committed state, for requests that must not see what is not durable, and for the
/// management actor's thread. All throw `StorageFailure`.
[[nodiscard]] std::optional<Number> find_number(const ReadView& view, std::string_view id);
[[nodiscard]] std::optional<InstanceRecord> load_instance(const ReadView& view, Number number);
/// With the custom status.
[[nodiscard]] OrchestrationStatus load_status(const ReadView& view, Number number);
[[nodiscard]] std::vector<Event> load_history(const ReadView& view, Number number,
                                              std::uint64_t execution);

/// The instances and their indexes, seen through a batch.
class Instances {
 public:
  explicit Instances(Batch& batch) : batch_(batch) {}

  [[nodiscard]] std::optional<Number> find(std::string_view id);
  [[nodiscard]] std::optional<InstanceRecord> load(Number number);

  void create(Number number, const InstanceRecord& record);
  /// Writes `after`, and the indexes that differ from `before`.
  void update(Number number, const InstanceRecord& before, const InstanceRecord& after);

 private:
  Batch& batch_;
};

[[nodiscard]] std::string status_key(ExecutionStatus status, Number number);
[[nodiscard]] std::string name_key(std::string_view orchestration, Number number);

}  // namespace duroxide::storage
