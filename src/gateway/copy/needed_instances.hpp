#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duroxide::gateway {

/// The children and other instances whose ends the instance of this export waits for, none twice. None for
/// one that has ended, or whose export cannot be read.
[[nodiscard]] std::vector<std::string> needed_instances(std::string_view document);

}  // namespace duroxide::gateway
