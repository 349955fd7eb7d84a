#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"

namespace duroxide::gateway {

/// Writes a file that only its owner can read, over one that is there. Follows no link, and writes
/// to nothing but files. The result is what is to be known about it, if anything is: that others can
/// read it, as it was there and open to them. Errors: `failed`.
[[nodiscard]] Result<std::optional<std::string>, CommandError> write_private_file(
    const std::filesystem::path& path, std::string_view content);

}  // namespace duroxide::gateway
