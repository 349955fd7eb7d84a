#pragma once

#include <optional>

#include <duroxide/clock.hpp>

namespace duroxide {

/// How long ended instances are kept. A runtime with such a policy deletes those that are older, one
/// root with all its descendants at a time, on a thread of its own that gives way to all others; a
/// root with a descendant that still runs stays until that has ended too. Setters chain.
class RetentionPolicy {
 public:
  RetentionPolicy() {}  // NOLINT: not an aggregate, see the guide on compiler hazards

  /// Age, from their end, at which completed instances are deleted. Default: never.
  RetentionPolicy& completed(Milliseconds age) {
    completed_ = age;
    return *this;
  }
  /// The same for failed ones, cancelled included. Default: never.
  RetentionPolicy& failed(Milliseconds age) {
    failed_ = age;
    return *this;
  }
  /// How often to look. Default one minute.
  RetentionPolicy& check_every(Milliseconds interval) {
    check_every_ = interval;
    return *this;
  }

  [[nodiscard]] const std::optional<Milliseconds>& completed() const { return completed_; }
  [[nodiscard]] const std::optional<Milliseconds>& failed() const { return failed_; }
  [[nodiscard]] Milliseconds check_every() const { return check_every_; }
  [[nodiscard]] bool deletes_anything() const {
    return completed_.has_value() || failed_.has_value();
  }

 private:
  std::optional<Milliseconds> completed_;
  std::optional<Milliseconds> failed_;
  Milliseconds check_every_{60'000};
};

}  // namespace duroxide
