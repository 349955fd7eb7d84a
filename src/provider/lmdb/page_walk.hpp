#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace duroxide::storage {

/// Checks that a file is an LMDB database which can be mapped without reading beyond its end.
/// Returns what is wrong with it, or an empty string.
///
/// A file may be shorter than the pages its header counts: pages that were allotted and given back
/// within one transaction are never written. So a short file is walked, and only one that lacks a
/// page in use is cut off. LMDB itself would crash on that.
[[nodiscard]] std::string check_pages(const std::filesystem::path& file);

/// Checks that every page in use is what the page above it says: LMDB believes what stands there, and
/// would end the process over much of what does not make sense. Reads the file and not the map, so
/// damage does no harm here.
///
/// A writer may be at work, if a snapshot is held meanwhile, so that it uses no page anew. Returns
/// what is wrong, an empty string, or nothing if `goes_on` returned false before the end. Throws
/// `StorageFailure` if the file cannot be opened.
[[nodiscard]] std::optional<std::string> check_all_pages(const std::filesystem::path& file,
                                                         const std::function<bool()>& goes_on);

}  // namespace duroxide::storage
