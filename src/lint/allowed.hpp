#pragma once

// Comments that silence a rule: `// duroxide-lint: allow(clock) it only goes into the log`.

#include <vector>

#include "lint/finding.hpp"
#include "lint/functions.hpp"
#include "lint/source.hpp"

namespace duroxide::lint {

/// Takes out what a comment of the source allows, and adds what is wrong with such comments. A comment
/// goes for its line; one without code before it for the next line that has code, or, above a function
/// or lambda, for all of that.
void heed_comments(const Source& source, const Functions& functions,
                   std::vector<Finding>& findings);

}  // namespace duroxide::lint
