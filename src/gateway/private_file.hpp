#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace duroxide::gateway {

/// Writes a file that only its owner can read, over one that is there. Follows no link, and writes
/// to nothing but files. Returns what is to be known about it: that others can read it, as it was
/// there and open to them; or nothing. Throws `CommandFailure`.
[[nodiscard]] std::string write_private_file(const std::filesystem::path& path,
                                             std::string_view content);

}  // namespace duroxide::gateway
