#include "comparison.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace {

/// By what share a count may be above the baseline.
struct Tolerance {
  double one_at_a_time = 0;
  /// For workloads of many at once, where more or fewer of them share a commit, depending on when the
  /// machine lets them come. What this allows is still far from a commit for each.
  double many_at_once = 0;
};

const std::map<std::string, Tolerance>& tolerances() {
  static const std::map<std::string, Tolerance> all{
      {"allocations", {0.1, 0.25}}, {"allocated", {0.1, 0.25}}, {"messages", {0.1, 0.1}},
      {"flushes", {0.1, 3}},        {"written", {0.1, 3}},      {"switches", {0.3, 3}},
  };
  return all;
}

/// Fewer changes of thread than this for a unit are not told apart. Of many at once, whether a client's
/// thread and the engine's wait for each other or run side by side is the machine's choice.
constexpr const char* switches = "switches";
constexpr double least_switches = 0.2;
constexpr double least_switches_of_many = 1;

/// How often a thread of ours lost its processor to another. Others who wait for what it does then sleep
/// where they would have found it done, so on a busy machine there are as many changes of thread more.
constexpr const char* preemptions = "preemptions";

/// What is told, and not judged: on another machine, or on one that is busy, it may be twice as much.
constexpr const char* cpu = "CPU";
constexpr double worth_telling = 0.3;

/// Of each row: its counts by name.
using Rows = std::map<std::string, std::map<std::string, double>>;

Rows read(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    throw std::runtime_error("cannot read the baseline " + file.string());
  }
  Rows rows;
  try {
    const auto document = nlohmann::json::parse(in);
    for (const auto& row : document.at("rows")) {
      if (row.contains("counts")) {
        auto& counts = rows[row.at("name")];
        for (const auto& count : row.at("counts")) {
          counts[count.at("name")] = count.at("value");
        }
      }
    }
  } catch (const nlohmann::json::exception& wrong) {
    throw std::runtime_error(file.string() + " is no baseline: " + wrong.what());
  }
  return rows;
}

double in_baseline(const Rows& rows, const Row& row, const Figure& count) {
  const auto counts = rows.find(row.name);
  if (counts == rows.end() || !counts->second.contains(count.name)) {
    throw std::runtime_error("the baseline has no " + count.name + " of \"" + row.name +
                             "\": write it again");
  }
  return counts->second.at(count.name);
}

/// By how many more a unit was preempted than in the baseline; not less than 0.
double more_preemptions(const Rows& rows, const Row& row) {
  const auto now = std::find_if(row.counts.begin(), row.counts.end(),
                                [](const Figure& each) { return each.name == preemptions; });
  return now == row.counts.end() ? 0
                                 : std::max(0.0, now->value.median - in_baseline(rows, row, *now));
}

/// Says how a count has changed, if by much, and returns whether it may be so. `more`: what a busy machine
/// adds to it.
bool judge(const Row& row, const Figure& count, double before, double more) {
  const auto tolerance = tolerances().find(count.name);
  const bool is_judged = tolerance != tolerances().end();
  if (!is_judged && count.name != cpu) {
    return true;
  }
  const double share = !is_judged         ? worth_telling
                       : row.many_at_once ? tolerance->second.many_at_once
                                          : tolerance->second.one_at_a_time;
  const double now = count.value.median;
  if (now == 0 && before > 0) {
    std::printf("%s: %s were not counted: nothing stands in for the functions that do it\n",
                row.name.c_str(), count.name.c_str());
    return false;
  }
  const double least = count.name != switches ? 0
                       : row.many_at_once     ? least_switches_of_many
                                              : least_switches;
  const double expected = std::max(before, least) + more;
  const double change = expected == 0 ? (now == 0 ? 0 : 1) : now / expected - 1;
  const bool is_above = change > share;
  const double saved = before == 0 ? 0 : 1 - now / before;  // of what was, however little that is
  if (is_above || saved > share) {
    std::printf("%s: %s of each %s: %.5g, in the baseline %.5g (%+.0f %%)", row.name.c_str(),
                count.name.c_str(), row.unit.c_str(), now, before,
                100 * (is_above ? change : -saved));
    if (!is_above) {
      std::printf(": better\n");
    } else if (is_judged) {
      std::printf(": at most %.0f %% more is allowed\n", 100 * share);
    } else {
      std::printf(": not judged\n");
    }
  }
  return !is_above || !is_judged;
}

}  // namespace

bool compare(const Report& report, const std::filesystem::path& baseline) {
  const Rows rows = read(baseline);
  bool fits = true;
  std::printf("\n");
  for (const Row& row : report.rows) {
    for (const Figure& count : row.counts) {
      const double more = count.name == switches ? more_preemptions(rows, row) : 0;
      fits = judge(row, count, in_baseline(rows, row, count), more) && fits;
    }
  }
  std::printf("%s\n", fits ? "no count is above the baseline"
                           : "counts are above the baseline: mend that, or, if it is meant, write "
                             "the baseline again and say why");
  return fits;
}
