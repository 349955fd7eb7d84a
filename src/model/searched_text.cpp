#include "model/searched_text.hpp"

#include <algorithm>

namespace duroxide::model {

namespace {

char small(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

SearchedText::SearchedText(std::string_view text) : wanted_(text) {
  std::transform(wanted_.begin(), wanted_.end(), wanted_.begin(), small);
}

bool SearchedText::is_in(std::string_view text) const {
  return std::search(text.begin(), text.end(), wanted_.begin(), wanted_.end(),
                     [](char a, char b) { return small(a) == b; }) != text.end();
}

}  // namespace duroxide::model
