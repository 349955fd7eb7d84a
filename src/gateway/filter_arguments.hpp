#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <duroxide/management_types.hpp>

#include "gateway/argument.hpp"
#include "gateway/arguments.hpp"

namespace duroxide::gateway {

/// Whether the command line has options for the order of what is chosen. Requests always have them.
enum class OrderOptions : std::uint8_t { shown, hidden };

/// What the argument for the name of an orchestration is called, unless the command has another use for
/// that word; the option is `--name` anyway.
inline constexpr std::string_view name_of_filter = "name";

/// The arguments that choose instances.
[[nodiscard]] std::vector<Argument> filter_arguments(OrderOptions order = OrderOptions::hidden,
                                                     std::string_view name = name_of_filter);

[[nodiscard]] std::vector<Argument> joined(std::vector<Argument> first,
                                           const std::vector<Argument>& more);

/// Whether any of these was given.
[[nodiscard]] bool any_given(const Arguments& arguments, const std::vector<Argument>& these);
/// Whether any argument of the filter restricts.
[[nodiscard]] bool has_filter(const Arguments& arguments, std::string_view name = name_of_filter);
/// The filter they make, without its limit.
[[nodiscard]] InstanceFilter filter_of(const Arguments& arguments,
                                       std::string_view name = name_of_filter);

// For commands on one instance or on many, which change them.

inline constexpr Argument one_instance{.name = "instance",
                                       .type = ArgumentType::instance,
                                       .option = "instance",
                                       .help = "one instance; else a filter chooses"};
inline constexpr Argument limit_of_filter{.name = "limit",
                                          .type = ArgumentType::number,
                                          .option = "-l,--limit",
                                          .help = "of a filter: at most so many",
                                          .least = 1,
                                          .most = std::numeric_limits<std::uint32_t>::max()};
[[nodiscard]] constexpr Argument dry_run_argument(std::string_view help) {
  return {.name = "dry_run", .type = ArgumentType::flag, .option = "--dry-run", .help = help};
}

/// The instances that a command without an instance is about.
[[nodiscard]] InstanceFilter chosen(const Arguments& arguments,
                                    std::string_view name = name_of_filter);

/// Refuses arguments that name neither, or both. To mean all instances must be said.
[[nodiscard]] Result<void, CommandError> check_choice(const Arguments& arguments);

}  // namespace duroxide::gateway
