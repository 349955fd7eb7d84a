#include "scale.hpp"

#include <string>
#include <vector>

#include "alone.hpp"
#include "support/temp_dir.hpp"
#include "workloads.hpp"

namespace {

using duroxide::testing::TempDir;

/// Numbers that are measured together, run by run.
class Columns {
 public:
  void add(const std::vector<double>& numbers) {
    columns_.resize(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      columns_[i].push_back(numbers[i]);
    }
  }
  [[nodiscard]] Spread operator[](std::size_t i) const { return Spread(columns_.at(i)); }

 private:
  std::vector<std::vector<double>> columns_;
};

/// What `run_alone` gives, each time in a directory of its own.
Columns alone(const std::string& what, std::size_t count, const Options& options) {
  Columns columns;
  for (std::size_t i = 0; i < options.runs; ++i) {
    const TempDir directory(options.directory);
    columns.add(run_alone(what, directory.path() / "store", count, options));
  }
  return columns;
}

Row longer_chain(const Options& options) {
  const std::size_t steps = options.quick ? 50 : 1'000;
  std::vector<double> growth;
  for (std::size_t i = 0; i < options.runs; ++i) {
    const TempDir directory(options.directory);
    Workloads workloads(directory.path());
    const double shorter = workloads.chains(1, steps).rate();
    growth.push_back(shorter / workloads.chains(1, 10 * steps).rate());
  }
  return {"a chain of " + std::to_string(10 * steps),
          "",
          {{"a step, beside one of a chain of " + std::to_string(steps), Spread(growth), "x", true,
            1.5, true}},
          {}};
}

Row full_store(std::size_t count, const Options& options) {
  const TempDir directory(options.directory);
  (void)run_alone("fill", directory.path() / "store", count, options);
  Columns opened;
  for (std::size_t i = 0; i < options.runs; ++i) {
    opened.add(run_alone("open", directory.path() / "store", i, options));
  }
  return {"a store with " + std::to_string(count) + " waiting instances",
          "",
          {
              {"opened, and one of them finished", opened[0], "s", true, 2, true},
              {"memory at the peak", opened[1], "MB", true, 200, true},
              {"idle: switches", opened[2], "1/s"},
              {"idle: CPU", opened[3], "us of a second"},
              {"idle: allocations", opened[4], "1/s"},
          },
          {}};
}

Row timers_among_many(std::size_t waiting, const Options& options) {
  constexpr std::size_t per_second = 1'000;
  std::vector<Run> runs;
  for (std::size_t i = 0; i < options.runs; ++i) {
    const TempDir directory(options.directory);
    Workloads workloads(directory.path());
    runs.push_back(workloads.timers_in_turn(options.quick ? 100 : 3'000, per_second, waiting));
  }
  return row_of(std::to_string(waiting) + " timers pending, 1,000 due in a second: how late",
                "timer", runs);
}

}  // namespace

void measure_scale(Report& report, const Options& options) {
  const std::size_t many = options.quick ? 1'000 : 100'000;
  report.rows.push_back(longer_chain(options));
  report.rows.push_back(full_store(many, options));
  report.rows.push_back(timers_among_many(many, options));
  const Columns resident = alone("resident", many / 10, options);
  report.rows.push_back(
      {std::to_string(many / 10) + " resident instances that wait",
       "",
       {{"heap for each", resident[0], "B"}, {"memory for each", resident[1], "B"}},
       {}});
  const Columns burst = alone("burst", many, options);
  report.rows.push_back({std::to_string(many) + " hellos started at once",
                         "",
                         {{"completed", burst[0], "hellos/s"},
                          {"memory before", burst[1], "MB"},
                          {"memory at the peak", burst[2], "MB"},
                          {"of it no page of a file", burst[3], "MB"}},
                         {}});
}
