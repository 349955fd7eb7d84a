#pragma once

#include <filesystem>

#include <duroxide/store.hpp>

namespace duroxide::scenario {

/// Opens the store that goes with a directory in a private PostgreSQL server of this process. Throws
/// `std::runtime_error`, also if the tests were built without one.
[[nodiscard]] Store open_in_database(const std::filesystem::path& directory);

}  // namespace duroxide::scenario
