#pragma once

#include <optional>
#include <string>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/retry.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of a sub-orchestration. Setters chain.
class SubOrchestrationOptions {
 public:
  SubOrchestrationOptions() {}  // NOLINT: an aggregate would meet GCC 12's coroutine defect

  /// The child's instance id. Default: one made from the parent's id, never used twice. Under a retry
  /// policy, the second attempt has the id with `::2` behind it, and so on.
  SubOrchestrationOptions& instance_id(std::string id) {
    instance_id_ = std::move(id);
    return *this;
  }
  /// The version to run. Default: what the version policy says when the child starts.
  SubOrchestrationOptions& version(std::string version) {
    version_ = std::move(version);
    return *this;
  }
  /// Starts another child when one fails. Default: one attempt.
  SubOrchestrationOptions& retry(RetryPolicy policy) {
    retry_ = std::move(policy);
    return *this;
  }
  /// The child goes on whatever becomes of whoever has started it: neither a dropped future, nor a timeout
  /// or another attempt, nor the parent's end cancels it, be it by `continue_as_new`, a failure, a
  /// cancellation or a termination. Give it an `instance_id`, by which `OrchestrationContext::await_instance`
  /// has its result, in a later execution of the parent too. It stays the parent's child all the same: a
  /// deletion of the parent with force, and a start that replaces it (`ReusePolicy::terminate_existing`),
  /// delete the child too although it runs; without force a deletion of trees leaves a parent that has ended
  /// while such a child runs. Default: the child is cancelled.
  SubOrchestrationOptions& outlives_parent(bool value = true) {
    outlives_parent_ = value;
    return *this;
  }
  /// As `ActivityOptions::timeout`.
  SubOrchestrationOptions& timeout(Duration value) {
    timeout_ = value;
    return *this;
  }

  [[nodiscard]] const std::optional<std::string>& instance_id() const { return instance_id_; }
  [[nodiscard]] const std::optional<std::string>& version() const { return version_; }
  [[nodiscard]] const std::optional<RetryPolicy>& retry() const { return retry_; }
  [[nodiscard]] const std::optional<Milliseconds>& timeout() const { return timeout_; }
  [[nodiscard]] bool outlives_parent() const { return outlives_parent_; }

 private:
  std::optional<std::string> instance_id_;
  std::optional<std::string> version_;
  std::optional<RetryPolicy> retry_;
  std::optional<Milliseconds> timeout_;
  bool outlives_parent_ = false;
};

}  // namespace duroxide::DUROXIDE_ABI
