#pragma once

#include <span>
#include <string_view>

namespace duroxide::gateway::http {

/// A file of the page, as it lies in `page/`. The build puts them into a source file (`embed.py`).
struct PageFile {
  std::string_view name;
  std::string_view contents;
};

[[nodiscard]] std::span<const PageFile> page_files();

}  // namespace duroxide::gateway::http
