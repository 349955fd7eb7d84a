#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/testing/replay.hpp>

#include "runtime/registry.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// Runs code on histories, and gathers what comes of it.
class Replayer {
 public:
  Replayer(const Registrations& registrations, RuntimeOptions options);

  void replay(const InstanceExport& exported);
  [[nodiscard]] ReplayReport take() { return std::move(report_); }

 private:
  [[nodiscard]] std::optional<Divergence> replay(const InstanceExport& exported,
                                                 const ExportedExecution& execution) const;

  RuntimeOptions options_;
  runtime::OrchestrationRegistry orchestrations_;
  std::optional<std::string> mistakes_;  ///< in the registrations
  ReplayReport report_;
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
