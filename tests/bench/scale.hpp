#pragma once

#include <filesystem>

#include "options.hpp"
#include "report.hpp"

/// How costs grow: a chain ten times as long, stores full of instances that wait, and a burst of starts.
void measure_scale(Report& report, const Options& options);
