#pragma once

// What a source declares, as far as its tokens tell: unordered containers, and global variables.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lint/functions.hpp"
#include "lint/source.hpp"

namespace duroxide::lint {

/// Other names that sources give to unordered containers.
[[nodiscard]] std::set<std::string> unordered_types(const Source& source);

/// A variable, parameter, member or function of an unordered type.
struct UnorderedName {
  std::string name;
  std::size_t token = 0;
};

[[nodiscard]] std::vector<UnorderedName> unordered_names(const Source& source,
                                                         const std::set<std::string>& types);

/// The variables at namespace scope that are neither constants nor declared to change on one thread.
[[nodiscard]] std::set<std::string> global_variables(const Source& source,
                                                     const Functions& functions);

/// Whether a function declares the name itself, as a parameter or variable.
[[nodiscard]] bool declares(const Source& source, const Function& function,
                            const std::string& name);

}  // namespace duroxide::lint
