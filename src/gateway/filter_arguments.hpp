#pragma once

#include <cstdint>
#include <vector>

#include <duroxide/management_types.hpp>

#include "gateway/argument.hpp"
#include "gateway/arguments.hpp"

namespace duroxide::gateway {

/// Whether the command line has options for the order of what is chosen. Requests always have them.
enum class OrderOptions : std::uint8_t { shown, hidden };

/// The arguments that choose instances.
[[nodiscard]] std::vector<Argument> filter_arguments(OrderOptions order = OrderOptions::hidden);

[[nodiscard]] std::vector<Argument> joined(std::vector<Argument> first,
                                           const std::vector<Argument>& more);

/// The filter they make, without its limit.
[[nodiscard]] InstanceFilter filter_of(const Arguments& arguments);

/// For commands on one instance or on many, which change them: refuses arguments that name neither,
/// or both. To mean all instances must be said.
[[nodiscard]] Result<void, CommandError> check_choice(const Arguments& arguments);

}  // namespace duroxide::gateway
