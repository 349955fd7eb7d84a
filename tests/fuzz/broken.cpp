// A target with two defects, to see that the driver finds them.

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/target.hpp"

namespace duroxide::fuzz {

const char* const target_name = "broken";

void try_input(std::string_view input) {
  require(!input.starts_with("wrong"), "what must hold does not");
  if (input.starts_with("fault")) {
    (void)std::raise(SIGSEGV);
  }
  // No byte of the samples has its highest bit set.
  for (const char each : input) {
    require(static_cast<unsigned char>(each) < 0x80, "a byte has been changed");
  }
}

std::vector<Sample> samples() {
  return {{"plain", "nothing is the matter with this"}, {"empty", ""}};
}

}  // namespace duroxide::fuzz
