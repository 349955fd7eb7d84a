#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/records.hpp"
#include "storage/batch.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

struct FoundInstance {
  Number number = 0;
  InstanceRecord record;
};

/// The number that stands under an id in the table `ids`. Throws `StorageFailure` if it is none.
[[nodiscard]] Number decode_number(std::string_view id, std::string_view bytes);

/// Reads from committed state, for requests that must not see what is not durable, and for the
/// management actor's thread. All throw `StorageFailure`.
[[nodiscard]] std::optional<Number> find_number(const ReadView& view, std::string_view id);
[[nodiscard]] std::optional<InstanceRecord> load_instance(const ReadView& view, Number number);
/// The first instance from a number on, and the last of all, whose record can be read. Numbers are
/// given in order of creation, and creation times never go back.
[[nodiscard]] std::optional<FoundInstance> find_readable(const ReadView& view, Number from);
[[nodiscard]] std::optional<FoundInstance> last_readable(const ReadView& view);
/// Without the custom status.
[[nodiscard]] OrchestrationStatus load_state(const ReadView& view, Number number,
                                             const InstanceRecord& record);
/// With the custom status.
[[nodiscard]] OrchestrationStatus load_status(const ReadView& view, Number number);
/// Of an execution that the instance has, or has had. What is left of a damaged one is not given: see
/// `HistoryReader`.
[[nodiscard]] std::vector<Event> load_history(const ReadView& view, Number number,
                                              const InstanceRecord& record,
                                              std::uint64_t execution);

/// The instances and their indexes, seen through a batch.
class Instances {
 public:
  explicit Instances(Batch& batch) : batch_(batch) {}

  [[nodiscard]] std::optional<Number> find(std::string_view id);
  [[nodiscard]] std::optional<InstanceRecord> load(Number number);
  [[nodiscard]] std::vector<Event> load_history(Number number, const InstanceRecord& record,
                                                std::uint64_t execution);

  void create(Number number, const InstanceRecord& record);
  /// Writes `after`, and the indexes that differ from `before`.
  void update(Number number, const InstanceRecord& before, const InstanceRecord& after);
  /// Takes it out of everything that `create` has put it into. Its history and whatever else it has
  /// is not touched.
  void remove(Number number, const InstanceRecord& record);
  /// Keeps the number of all events in the store: call it with what is added or, negative, removed.
  void count_events(std::int64_t change);

 private:
  void move(Table index, std::string_view from, std::string to);
  void count(Number number, const InstanceRecord& record, std::int64_t change);

  Batch& batch_;
};

/// For an instance that is started or restored: never 0, and no other's.
[[nodiscard]] std::uint64_t new_incarnation();

[[nodiscard]] std::string status_key(ExecutionStatus status, Number number);
[[nodiscard]] std::string name_key(std::string_view orchestration, ExecutionStatus status,
                                   Number number);
[[nodiscard]] std::string tag_key(std::string_view tag, Number number);

/// The time under which an instance stands in `by_updated`: what runs under the second of its last
/// change, so that a busy instance moves at most once a second, and what has ended under the very
/// millisecond.
[[nodiscard]] Timestamp update_time(ExecutionStatus status, Timestamp updated_at);
[[nodiscard]] std::string update_key(ExecutionStatus status, Timestamp updated_at, Number number);

}  // namespace duroxide::storage
