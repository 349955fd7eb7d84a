#pragma once

/// What happens to instances, told as it is committed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI {

enum class ChangeKind : std::uint8_t {
  started,
  completed,
  failed,
  cancelled,         ///< failed, because it was cancelled
  continued_as_new,  ///< the next execution has begun
  custom_status,     ///< the custom status has changed
  progressed,        ///< a turn was taken that ended nothing; told only to those who ask for turns
  restored,          ///< rewound, forked or imported
  deleted,
};

/// `started`, `completed`, …
[[nodiscard]] DUROXIDE_API std::string_view to_string(ChangeKind kind);

/// Something that has happened to an instance, and is durable.
struct StatusChange {
  ChangeKind kind = ChangeKind::started;
  std::string instance_id;
  std::string orchestration_name;
  std::uint64_t execution_id = 0;
  std::uint64_t event_count = 0;  ///< of that execution, after it
  Timestamp at;

  bool operator==(const StatusChange&) const = default;
};

/// Which changes to hear of; what is not set does not restrict.
struct ChangeFilter {
  std::optional<std::string> instance;
  std::optional<std::string> orchestration_name;
  bool turns = false;  ///< also each turn that only went on
};

/// Changes in the order of their commits.
struct ChangeBatch {
  std::vector<StatusChange> changes;
  /// How many were dropped, oldest first, just before these, because the reader was slow.
  std::uint64_t missed = 0;
};

}  // namespace duroxide::DUROXIDE_ABI
