#pragma once

#include <cstdint>
#include <optional>

#include <duroxide/clock.hpp>
#include <duroxide/management_actions.hpp>

namespace duroxide::DUROXIDE_ABI {

/// How long ended instances are kept, and executions of those that go on. A runtime with such a
/// policy deletes ended instances that are older, on a thread of its own that gives way to all others:
/// roots with all their descendants, several in one commit, as `ManagementClient::delete_instances`
/// does; a root with a descendant that still runs stays until that has ended too. Old executions are
/// dropped by the very commit with which their instance continues as new. Setters chain.
class RetentionPolicy {
 public:
  RetentionPolicy() {}  // NOLINT: not an aggregate, see the guide on compiler hazards

  /// Age, from their end, at which completed instances are deleted. Default: never.
  RetentionPolicy& completed(Duration age) {
    completed_ = age;
    return *this;
  }
  /// The same for failed ones, cancelled included. Default: never.
  RetentionPolicy& failed(Duration age) {
    failed_ = age;
    return *this;
  }
  /// How many executions of an instance are kept, the current one included, at least 1. Default: all.
  /// Applied whenever an instance continues as new, and once, after the start of the runtime, to all
  /// that run: an instance that never continues again is not looked at again.
  RetentionPolicy& keep_executions(std::uint32_t count) {
    keep_executions_ = count;
    return *this;
  }
  /// Age, from their end, at which executions of an instance that goes on are dropped, at the moments
  /// that `keep_executions` names. Default: never. If both are set, what is dropped meets both: it is
  /// older, and not among the newest.
  RetentionPolicy& executions(Duration age) {
    executions_ = age;
    return *this;
  }
  /// How often to look for ended instances. Default one minute.
  RetentionPolicy& check_every(Duration interval) {
    check_every_ = interval;
    return *this;
  }

  [[nodiscard]] const std::optional<Milliseconds>& completed() const { return completed_; }
  [[nodiscard]] const std::optional<Milliseconds>& failed() const { return failed_; }
  [[nodiscard]] const std::optional<std::uint32_t>& kept_executions() const {
    return keep_executions_;
  }
  [[nodiscard]] const std::optional<Milliseconds>& executions() const { return executions_; }
  [[nodiscard]] Milliseconds check_every() const { return check_every_; }
  [[nodiscard]] bool drops_executions() const {
    return keep_executions_.has_value() || executions_.has_value();
  }
  [[nodiscard]] bool deletes_anything() const {
    return completed_.has_value() || failed_.has_value() || drops_executions();
  }
  /// What is dropped of an instance that goes on at `now`; none if all of it is kept.
  [[nodiscard]] std::optional<PruneOptions> executions_to_drop(Timestamp now) const {
    if (!drops_executions()) {
      return std::nullopt;
    }
    PruneOptions options;
    options.keep_last = keep_executions_;
    if (executions_) {
      options.completed_before = now - *executions_;
    }
    return options;
  }

 private:
  std::optional<Milliseconds> completed_;
  std::optional<Milliseconds> failed_;
  std::optional<std::uint32_t> keep_executions_;
  std::optional<Milliseconds> executions_;
  Milliseconds check_every_{60'000};
};

}  // namespace duroxide::DUROXIDE_ABI
