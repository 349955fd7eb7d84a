#pragma once

// The shapes of coroutines that GCC 12 compiles wrongly. Clang is right in each case.

#include <set>
#include <string>
#include <vector>

#include "lint/finding.hpp"
#include "lint/functions.hpp"
#include "lint/source.hpp"

namespace duroxide::lint {

/// The structs that a source defines without a constructor, so that braces make them as aggregates.
[[nodiscard]] std::set<std::string> aggregates_of(const Source& source);

/// Appends what is found in the coroutines of a source. `aggregates` are those of all that is looked at.
void find_shapes(const Source& source, const Functions& functions,
                 const std::set<std::string>& aggregates, std::vector<Finding>& findings);

}  // namespace duroxide::lint
