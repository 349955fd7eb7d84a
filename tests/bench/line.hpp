#pragma once

#include "options.hpp"
#include "report.hpp"

/// Drives the line server of the examples with its load program, and runs the same steps in this process, in
/// turns and each on a store of its own on the same disk: what a request costs by way of the server, beside
/// what it costs the engine. Throws `std::runtime_error` if the programs are not there.
void measure_line(Report& report, const Options& options);
