#pragma once

#include <set>
#include <string>
#include <vector>

#include "lint/finding.hpp"
#include "lint/functions.hpp"
#include "lint/source.hpp"

namespace duroxide::lint {

/// What all sources that are looked at say of names that one of them uses.
struct Known {
  std::set<std::string> aggregates;
  std::set<std::string> unordered_types;
  /// Members and global variables or functions; what a function declares is its own business.
  std::set<std::string> unordered_members;
};

/// For each function whether it is orchestration code: it returns a `Task` and takes an
/// `OrchestrationContext`, or stands in one that does. What `side_effect` is given is none, nor is what
/// takes an `ActivityContext`.
[[nodiscard]] std::vector<bool> orchestration_code(const Source& source,
                                                   const Functions& functions);

/// Appends what orchestration code does that a replay would do otherwise.
void find_nondeterminism(const Source& source, const Functions& functions, const Known& known,
                         std::vector<Finding>& findings);

}  // namespace duroxide::lint
