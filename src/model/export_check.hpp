#pragma once

#include <duroxide/instance_export.hpp>

#include "model/flaw.hpp"

namespace duroxide::model {

/// Whether an instance may be imported. No export contradicts itself, or is beyond the limits of a
/// store.
[[nodiscard]] Checked check_export(const InstanceExport& exported);

}  // namespace duroxide::model
