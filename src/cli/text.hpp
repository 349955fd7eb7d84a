#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace duroxide::cli {

/// The same with control characters written out, so that what an instance is called, or says, cannot
/// steer the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// How many columns it takes: its code points.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// The same in at most `width` columns, with `…` for what is left out.
[[nodiscard]] std::string cut(std::string_view text, std::size_t width);

}  // namespace duroxide::cli
