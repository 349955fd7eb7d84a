#pragma once

// What stands for a stored value that cannot be had: no decoder takes it for a record.

#include <optional>
#include <string>
#include <string_view>

namespace duroxide::model {

/// One that says why.
[[nodiscard]] std::string broken_value(std::string_view why);

/// Why the value is broken, if it begins as such a one: what `broken_value` was told, else that its
/// checksum does not fit.
[[nodiscard]] std::optional<std::string_view> broken_value_problem(std::string_view value);

/// What was appended to what `broken_value` gave; none if the value is another.
[[nodiscard]] std::optional<std::string_view> behind_broken_value(std::string_view value);

}  // namespace duroxide::model
