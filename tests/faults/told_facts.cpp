#include "faults/told_facts.hpp"

#include <algorithm>
#include <string_view>

#include "power/checker.hpp"
#include "power/recorder.hpp"

namespace duroxide::faults {

namespace {

constexpr std::string_view fact_begins = "fact: ";

void take_in(power::Facts& facts, const std::string& text,
             const std::function<void(const std::string&)>& other) {
  if (text.rfind(fact_begins, 0) == 0) {
    facts.learn(text.substr(fact_begins.size()));
  } else if (other) {
    other(text);
  }
}

}  // namespace

void learn(power::Facts& facts, Child& child, std::chrono::microseconds longest,
           const std::function<void(const std::string&)>& other) {
  const auto until = std::chrono::steady_clock::now() + longest;
  const auto left = [&] {
    return std::max(std::chrono::microseconds(0), std::chrono::ceil<std::chrono::microseconds>(
                                                      until - std::chrono::steady_clock::now()));
  };
  while (const auto text = child.next(left())) {
    take_in(facts, *text, other);
  }
}

bool learn_next(power::Facts& facts, Child& child) {
  const auto text = child.next();
  if (text) {
    take_in(facts, *text, {});
  }
  return text.has_value();
}

void learn_rest(power::Facts& facts, Child& child,
                const std::function<void(const std::string&)>& other) {
  for (const std::string& text : child.rest()) {
    take_in(facts, text, other);
  }
}

std::string problems_in(const std::filesystem::path& root, const power::Facts& facts) {
  Child checking([&] {
    for (const std::string& problem : power::check_image(root, facts, power::Depth::go_on, true)) {
      tell(problem);
    }
  });
  std::string all;
  for (const std::string& problem : checking.rest()) {
    all += problem + "\n";
  }
  if (const std::string end = checking.how_it_ended(); !end.empty()) {
    all += "the check: " + end + "\n";
  }
  return all;
}

}  // namespace duroxide::faults

namespace duroxide::power {

/// Here there is no trace: what is noted goes to the process that looks on.
void mark(const std::string& text) {
  faults::tell(std::string(faults::fact_begins) + text);
}

}  // namespace duroxide::power
