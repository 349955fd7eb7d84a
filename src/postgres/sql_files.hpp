#pragma once

#include <span>
#include <string_view>

namespace duroxide::postgres {

/// A file of `sql/`, in the order in which the build names them. The build puts them into a source file
/// (`embed_sql.py`).
struct SqlFile {
  std::string_view name;
  std::string_view contents;
};

[[nodiscard]] std::span<const SqlFile> sql_files();

}  // namespace duroxide::postgres
