#pragma once

#include "options.hpp"
#include "report.hpp"

/// What an option costs: some workloads with it and without, in turns, each time on a store of its own. A
/// row for each of the two, and one for what the option adds to a unit, run by run.
void measure_overhead(Report& report, const Options& options);
