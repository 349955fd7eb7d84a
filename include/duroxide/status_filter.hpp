#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/status.hpp>

namespace duroxide::DUROXIDE_ABI {

/// One state that a listing may ask for. An `ExecutionStatus` and an `OrchestrationStatus` convert
/// into it; of the latter only its kind counts, so `OrchestrationStatus::Failed{}` finds every
/// failure and no cancelled instance.
class DUROXIDE_API StatusFilter {
 public:
  StatusFilter(ExecutionStatus status) : status_(status) {}  // NOLINT: it stands for it
  template <class Status>
  requires std::convertible_to<Status, OrchestrationStatus> &&
      (!std::same_as<Status, ExecutionStatus>)
          StatusFilter(const Status& status)  // NOLINT: likewise
      : status_(OrchestrationStatus(status).kind()) {}

  /// Those that run and are paused: by themselves, by the name of their orchestration, or because the
  /// store is.
  [[nodiscard]] static StatusFilter paused() {
    StatusFilter filter(ExecutionStatus::running);
    filter.paused_ = true;
    return filter;
  }
  /// By name: `Running`, `Completed`, `Failed`, `Cancelled` or `Paused`, in capitals or not. None for
  /// any other.
  [[nodiscard]] static std::optional<StatusFilter> parse(std::string_view name);

  [[nodiscard]] bool is_paused() const { return paused_; }
  /// None if it stands for `NotFound`, which no instance is.
  [[nodiscard]] const std::optional<ExecutionStatus>& status() const { return status_; }

  bool operator==(const StatusFilter&) const = default;

 private:
  std::optional<ExecutionStatus> status_;
  bool paused_ = false;
};

/// The name that `StatusFilter::parse` reads.
[[nodiscard]] DUROXIDE_API std::string_view to_string(const StatusFilter& filter);

/// Several of them. `{ExecutionStatus::failed}` is one, and so is a vector of any of the types above.
class StatusFilters : public std::vector<StatusFilter> {
 public:
  using std::vector<StatusFilter>::vector;
  StatusFilters() = default;
  template <class Status>
  requires std::convertible_to<Status, StatusFilter> StatusFilters(  // NOLINT: the same list
      const std::vector<Status>& statuses)
      : std::vector<StatusFilter>(statuses.begin(), statuses.end()) {}
};

}  // namespace duroxide::DUROXIDE_ABI
