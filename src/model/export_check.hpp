#pragma once

#include <duroxide/instance_export.hpp>

#include "model/flaw.hpp"

namespace duroxide::model {

/// Whether an instance may be imported. No export contradicts itself, or is beyond the limits of a
/// store.
[[nodiscard]] Checked check_export(const InstanceExport& exported);

/// The status of an execution that comes with an export, which calls failed what was cancelled.
[[nodiscard]] ExecutionStatus status_of(const ExportedExecution& execution);

}  // namespace duroxide::model
