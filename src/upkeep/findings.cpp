#include "upkeep/findings.hpp"

#include <utility>

#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {
constexpr std::size_t most_problems = 1000;
}  // namespace

void Findings::add(Table table, std::string_view key, std::string_view instance, std::string what) {
  add(StoreProblem{std::string(to_string(table)), hex(key), std::string(instance),
                   std::move(what)});
}

void Findings::add_outside_tables(std::string what) {
  add(StoreProblem{{}, {}, {}, std::move(what)});
}

void Findings::add(StoreProblem problem) {
  ++report_.problem_count;
  if (report_.problems.size() < most_problems) {
    report_.problems.push_back(std::move(problem));
  }
}

}  // namespace duroxide::storage
