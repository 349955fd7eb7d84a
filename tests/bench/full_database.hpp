#pragma once

#include <cstdint>
#include <string>

#include "options.hpp"
#include "report.hpp"

/// What management costs on a store of a million instances in a schema of the database at `address`.
[[nodiscard]] Row measure_full_database(const std::string& address, const Options& options);
