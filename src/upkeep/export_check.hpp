#pragma once

#include <duroxide/instance_export.hpp>

#include "model/flaw.hpp"

namespace duroxide::storage {

/// Whether an instance may be imported. No export contradicts itself, or is beyond the limits of a
/// store.
[[nodiscard]] model::Checked check_export(const InstanceExport& exported);

}  // namespace duroxide::storage
