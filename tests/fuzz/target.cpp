#include "fuzz/target.hpp"

#include <cstdlib>
#include <iostream>

namespace duroxide::fuzz {

void require(bool holds, const std::string& what) {
  if (!holds) {
    std::cerr << "fuzz " << target_name << ": " << what << std::endl;
    std::abort();
  }
}

}  // namespace duroxide::fuzz
