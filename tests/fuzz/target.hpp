#pragma once

// What a fuzz target is: a function that is given bytes of any kind and must come back. What it finds
// wrong ends the process, so that whoever runs it, the driver here or libFuzzer, keeps the input.

#include <string>
#include <string_view>
#include <vector>

namespace duroxide::fuzz {

/// An input that is worth beginning with, and the name of its file in the corpus.
struct Sample {
  std::string name;
  std::string bytes;
};

// Each program has one target, which defines these.

extern const char* const target_name;
void try_input(std::string_view input);
/// What the committed corpus was made of.
[[nodiscard]] std::vector<Sample> samples();

/// Ends the process unless a property holds; `what` names it for people.
void require(bool holds, const std::string& what);

}  // namespace duroxide::fuzz
