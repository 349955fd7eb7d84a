#pragma once

#include <chrono>
#include <string>

#include <duroxide/duroxide.hpp>

/// Whether that is the address of a database and not a directory.
bool is_database(const std::string& place);

/// The store that orders are kept in: of this process alone in a directory, of many in a database. The error
/// says why it cannot be opened.
duroxide::Result<duroxide::Store, std::string> open_store(const std::string& place,
                                                          std::chrono::seconds lease);
