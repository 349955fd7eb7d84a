#pragma once

#include "options.hpp"
#include "report.hpp"

/// Measures the engine on a private PostgreSQL server, with fsync on, in turns with raw transactions of one
/// inserted row (pgbench) on the same server; how many statements a runtime makes that has nothing to do;
/// and how long it takes until the others go on with what a killed process had. Needs the programs of the
/// package postgresql. Throws `std::runtime_error`.
void measure_postgres(Report& report, const Options& options);
