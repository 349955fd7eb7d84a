#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/printable.hpp"

namespace duroxide::cli {

/// What an instance is called, or says, cannot steer the terminal.
using model::printable;
using model::printable_json;

/// How many columns of a terminal it takes; a character may take two, or none.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// The text in at most `width` columns, with `…` for what is left out.
[[nodiscard]] std::string cut(std::string_view text, std::size_t width);

}  // namespace duroxide::cli
