#include "faults/tally.hpp"

#include <map>

#include "property/from_environment.hpp"
#include "support/tried.hpp"

namespace duroxide::faults {

namespace {

/// Told when the program ends; a child ends without this.
struct Counts {
  std::map<std::string, std::uint64_t> by_kind;

  Counts() = default;
  Counts(const Counts&) = delete;
  Counts& operator=(const Counts&) = delete;
  ~Counts() {
    std::string text;
    for (const auto& [kind, count] : by_kind) {
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    }
    testing::tell_tried(text);
  }
};

}  // namespace

void tally(const std::string& kind, std::uint64_t count) {
  static Counts counts;
  counts.by_kind[kind] += count;
}

std::uint64_t rounds(std::uint64_t otherwise) {
  return property::from_environment("DUROXIDE_FAULT_ROUNDS", otherwise);
}

}  // namespace duroxide::faults
