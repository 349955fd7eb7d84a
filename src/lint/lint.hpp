#pragma once

// `duroxide lint`: mistakes in orchestrations that compile, and go wrong later.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lint/finding.hpp"

namespace duroxide::lint {

/// One file, by the name under which findings tell of it.
struct Text {
  std::string path;
  std::string content;
};

/// Looks at sources together: what one declares, another may use. The findings are in the order of the
/// files, then of their lines.
[[nodiscard]] std::vector<Finding> look_at(const std::vector<Text>& texts);

/// The files to look at: those that are named, and in directories and below them those whose names end
/// as C++ sources and headers do, but for what begins with a dot. Sorted, each once. What is named and
/// is neither file nor directory is returned in `missing`.
[[nodiscard]] std::vector<std::filesystem::path> sources_in(
    const std::vector<std::filesystem::path>& named, std::vector<std::filesystem::path>& missing);

}  // namespace duroxide::lint
