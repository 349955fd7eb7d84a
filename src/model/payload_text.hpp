#pragma once

#include <string>
#include <string_view>

#include "model/flaw.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

// cereal always writes a root object, over several lines. The value stands under one key of it, and
// that is taken off again, so that the payload is plain JSON on one line.
[[nodiscard]] std::string wrap_json(std::string_view payload);
[[nodiscard]] std::string unwrap_json(std::string_view document);

/// Checks a text before the recursive JSON reader sees it: nesting, and nothing but white space
/// around the value. The flaw says at which byte.
[[nodiscard]] model::Checked check_json(std::string_view text);

}  // namespace duroxide::DUROXIDE_ABI::detail
