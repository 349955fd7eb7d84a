#pragma once

#include <filesystem>
#include <string>

namespace duroxide::storage {

/// Checks that a file is an LMDB database which can be mapped without reading beyond its end.
/// Returns what is wrong with it, or an empty string.
///
/// A file may be shorter than the pages its header counts: pages that were allotted and given back
/// within one transaction are never written. So a short file is walked, and only one that lacks a
/// page in use is cut off. LMDB itself would crash on that.
[[nodiscard]] std::string check_pages(const std::filesystem::path& file);

}  // namespace duroxide::storage
