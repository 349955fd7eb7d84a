#include "cli/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace duroxide::cli {

namespace {

/// How many letters to add, to leave out, to change, or to swap with a neighbour make one of the other.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      const std::size_t changed = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  constexpr std::size_t least_of_beginning = 3;
  constexpr std::size_t longest = 64;  // of a word that may be one mistyped
  const std::string* best = nullptr;
  std::size_t least = 1 + std::max<std::size_t>(1, word.size() / 3);
  for (const std::string& each : known) {
    if (word.size() > longest) {
      break;
    }
    const bool begins = word.size() >= least_of_beginning && each.starts_with(word);
    const std::size_t far = begins ? 0 : distance(word, each);
    if (far < least) {
      least = far;
      best = &each;
    }
  }
  return best == nullptr ? "--help tells them all" : "did you mean `" + *best + "`?";
}

}  // namespace duroxide::cli
