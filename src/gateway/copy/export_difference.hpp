#pragma once

#include <optional>
#include <string>

#include <duroxide/instance_export.hpp>

namespace duroxide::gateway {

/// Where the copy of an instance is another than the original, in words; nothing if it is the same.
///
/// Not compared is what an import gives anew: when the instance was created and changed last. Of one that
/// runs, its timers and the moment of a delayed start are not compared either, as those that are due become
/// messages in either store at a time of its own, nor the order of the messages that wait.
[[nodiscard]] std::optional<std::string> export_difference(const InstanceExport& original,
                                                           const InstanceExport& copy);

}  // namespace duroxide::gateway
