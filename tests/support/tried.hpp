#pragma once

#include <iostream>
#include <string>

namespace duroxide::testing {

/// Says how much a test has tried. `tests/run.sh trust` shows these lines at its end.
inline void tell_tried(const std::string& what) {
  std::cout << "tried: " << what << std::endl;
}

}  // namespace duroxide::testing
