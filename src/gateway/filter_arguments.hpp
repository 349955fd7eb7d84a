#pragma once

#include <string_view>
#include <vector>

#include <duroxide/management_types.hpp>

#include "gateway/arguments.hpp"

namespace duroxide::gateway {

/// The names of the arguments that choose instances, and `more`.
[[nodiscard]] std::vector<std::string_view> filter_arguments(
    const std::vector<std::string_view>& more);

/// The filter they make, without its limit.
[[nodiscard]] InstanceFilter filter_of(const Arguments& arguments);

/// Whether any of them restricts.
[[nodiscard]] bool has_filter(const Arguments& arguments);

/// For commands on one instance or on many, which change them: refuses arguments that name neither,
/// or both. To mean all instances must be said.
void check_choice(const Arguments& arguments);

}  // namespace duroxide::gateway
