#pragma once

#include <string>

#include <duroxide/instance_export.hpp>

namespace duroxide::storage {

/// What is wrong with an instance that is to be imported, as no export is: it contradicts itself, or
/// is beyond the limits of a store. Empty if it is good.
[[nodiscard]] std::string check_export(const InstanceExport& exported);

}  // namespace duroxide::storage
