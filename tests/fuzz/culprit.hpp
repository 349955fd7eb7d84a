#pragma once

#include <string_view>

namespace duroxide::fuzz {

/// If the process ends before it is told of another input, this one is written to a file in the working
/// directory, and standard error says which, and `how` it came about. Both texts must outlive that.
void watch(std::string_view input, std::string_view how);

/// From now on. A test that hangs is ended with a signal, and leaves its input too.
void keep_culprits();

}  // namespace duroxide::fuzz
