#pragma once

// User code that behaves badly, beside instances that do not: whatever it does, they end as usual.

#include <functional>
#include <string>

#include "scenario.hpp"

namespace duroxide::hostile {

using namespace duroxide::scenario;

/// What `bad` registers, with the well-behaved orchestration `Good`.
[[nodiscard]] Register beside_good(Register bad);

/// A log that is not read.
[[nodiscard]] RuntimeOptions quiet();

/// Instances that share store and runtime with the bad ones. One is under way from the beginning of
/// the test, another starts when the bad ones have done their worst.
class Neighbours {
 public:
  explicit Neighbours(Scenario& scenario);

  /// Both end as usual.
  void end_well();

 private:
  Scenario& scenario_;
};

[[nodiscard]] bool contains(const std::string& text, const std::string& part);

}  // namespace duroxide::hostile
