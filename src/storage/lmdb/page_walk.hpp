#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace duroxide::storage {

// Checks that every page in use is what the page above it says: LMDB believes what stands there, and
// would end the process over much of what does not make sense. They read the file and not the map, so
// damage does no harm here.
//
// A writer may be at work if a snapshot is held meanwhile, so that it uses no page anew.

/// Checks all of a file at once, and that no page is used twice or is said to be free. Returns what is
/// wrong, a damaged page each, at most 100; what lies below a damaged page is not looked at. Nothing
/// if `goes_on` returned false before the end. Throws `StorageFailure` if the file cannot be read.
[[nodiscard]] std::optional<std::vector<std::string>> check_all_pages(
    const std::filesystem::path& file, const std::function<bool()>& goes_on);

/// How far a check that goes on piece by piece has got.
struct PagesChecked {
  std::size_t trees = 0;  ///< that are done: free pages, names, then the tables
  std::string key;        ///< from which on the next of them is to be looked at
  bool done = false;
};

/// Goes on with a check until the end, or until `goes_on` returns false; it is asked after each page.
/// The first piece begins with the roots of all tables. Throws `StorageFailure`: `corrupt` if a page is
/// damaged, with `checked` behind the tree it belongs to; else the same piece can be tried again.
void check_more_pages(const std::filesystem::path& file, PagesChecked& checked,
                      const std::function<bool()>& goes_on);

/// A first piece of that check, of the store in a directory, whose lock the caller holds. If it finds no
/// damage, but did not come to the end, a file that is shorter than the pages its header counts is made
/// as long as that, with zeros: LMDB may then be let at it, and what is missing is found like any other
/// damage. Such a file need not be damaged: what was allotted and given back within one transaction is
/// never written.
[[nodiscard]] PagesChecked check_at_opening(const std::filesystem::path& directory,
                                            std::chrono::milliseconds longest);

}  // namespace duroxide::storage
