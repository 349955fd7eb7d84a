#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/lint.hpp"

namespace duroxide::lint::test {

/// What is found in one source, each as `line rule`.
inline std::vector<std::string> found_in(std::string_view source) {
  std::vector<std::string> found;
  for (const Finding& each : look_at({{"a.cpp", std::string(source)}})) {
    found.push_back(std::to_string(each.line) + " " + std::string(each.rule));
  }
  return found;
}

/// What is found in the body of an orchestration, whose first line is the second of the source.
inline std::vector<std::string> found_in_orchestration(std::string_view body) {
  return found_in("Task<int> f(OrchestrationContext ctx, Order order) {\n" + std::string(body) +
                  "\n  co_return 1;\n}\n");
}

using Lines = std::vector<std::string>;

}  // namespace duroxide::lint::test
