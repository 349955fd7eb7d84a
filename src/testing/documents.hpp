#pragma once

#include <string_view>
#include <vector>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

/// The JSON objects in a text: the only one, those of an array, or several one behind the other. What is
/// none is given as it is, so that whoever reads it says what is wrong.
[[nodiscard]] std::vector<std::string_view> documents_in(std::string_view text);

}  // namespace duroxide::DUROXIDE_ABI::testkit
