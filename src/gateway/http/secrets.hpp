#pragma once

#include <string>
#include <string_view>

namespace duroxide::gateway::http {

/// 256 bits that nobody can guess, in letters and digits. Throws `std::system_error` if the system has none.
[[nodiscard]] std::string new_secret();

/// In a time that does not tell how much of it is right.
[[nodiscard]] bool is_same_secret(std::string_view given, std::string_view right);

}  // namespace duroxide::gateway::http
