// What the write path costs, end to end, beside what the disk can do: synced LMDB commits of one
// record, measured in the same run, before each repetition.
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "management.hpp"
#include "raw_commits.hpp"
#include "report.hpp"
#include "retention.hpp"
#include "scale.hpp"
#include "support/temp_dir.hpp"
#include "workloads.hpp"

namespace {

constexpr const char* usage =
    "usage: bench [--quick] [--json] [--directory DIR] [engine|management|retention]\n"
    "  --quick           a try-out, with a few of each; floors are not judged by the exit status\n"
    "  --json            print JSON\n"
    "  --directory DIR   a place on the disk to measure (default: the current directory)\n"
    "  engine, management, retention   only that part\n"
    "Ends with status 3 if a figure is below its floor.\n";

struct Options {
  bool quick = false;
  bool json = false;
  std::filesystem::path directory = ".";
  std::filesystem::path full_store;
  std::optional<std::string> only;
};

/// Sizes of one repetition.
struct Sizes {
  std::size_t repetitions;
  std::size_t commits;
  std::size_t hellos;
  std::size_t orchestrations;
  std::size_t steps;
};

constexpr Sizes earnest = {5, 2'000, 500, 10'000, 1'000};
constexpr Sizes try_out = {1, 20, 10, 200, 50};

/// Adds what `measure` finds in a directory of its own.
template <class Measure>
void add(std::vector<Figure>& figures, const Measure& measure, const Options& options) {
  const duroxide::testing::TempDir directory(options.directory);
  for (Figure& figure : measure(directory.path(), options.quick)) {
    figures.push_back(std::move(figure));
  }
}

std::vector<Figure> measure_engine(const Options& options) {
  const Sizes& sizes = options.quick ? try_out : earnest;
  std::vector<double> commit;
  std::vector<double> hello;
  std::vector<double> hello_commits;
  std::vector<double> fan_out;
  std::vector<double> chain;
  std::vector<double> chain_commits;
  for (std::size_t i = 0; i < sizes.repetitions; ++i) {
    const duroxide::testing::TempDir directory(options.directory);
    commit.push_back(raw_commit_seconds(directory.path() / "raw", sizes.commits));
    Workloads workloads(directory.path() / "store");
    hello.push_back(median(workloads.hellos(sizes.hellos).latencies));
    hello_commits.push_back(hello.back() / commit.back());
    fan_out.push_back(workloads.fan_outs(sizes.orchestrations, 100).rate());
    chain.push_back(workloads.chains(1, sizes.steps).rate());
    chain_commits.push_back(chain.back() * commit.back());
    if (!options.json) {
      std::cerr << "repetition " << i + 1 << " of " << sizes.repetitions << std::endl;
    }
  }
  constexpr double micro = 1e6;
  const std::string steps = std::to_string(sizes.steps);
  std::vector<Figure> figures = {
      {"raw LMDB synced commit", median(commit) * micro, "us"},
      {"raw LMDB synced commits", 1 / median(commit), "commits/s"},
      {"hello, p50", median(hello) * micro, "us"},
      {"hello, p50", median(hello_commits), "raw commits", true, 5, true},
      {"fan-out of 5, 100 in flight", median(fan_out), "orchestrations/s", true, 2'000},
      {"chain of " + steps, median(chain), "steps/s"},
      {"chain of " + steps, median(chain_commits), "x raw commits/s", true, 0.4},
  };
  return figures;
}

std::vector<Figure> measure(const Options& options) {
  std::vector<Figure> figures;
  if (!options.only || *options.only == "engine") {
    figures = measure_engine(options);
    add(figures, measure_scale, options);
  }
  if (!options.only || *options.only == "management") {
    add(figures, measure_management, options);
  }
  if (!options.only || *options.only == "retention") {
    add(figures, measure_retention, options);
  }
  return figures;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--quick") {
      options.quick = true;
    } else if (argument == "--json") {
      options.json = true;
    } else if (argument == "--directory" && i + 1 < argc) {
      options.directory = argv[++i];
    } else if (argument == "--open-store" && i + 1 < argc) {
      options.full_store = argv[++i];  // only ever called by this program itself
    } else if (argument == "engine" || argument == "management" || argument == "retention") {
      options.only = argument;
    } else if (argument == "-h" || argument == "--help") {
      std::cout << usage;
      return 0;
    } else {
      std::cerr << "bench: unknown argument or missing value: " << argument << '\n' << usage;
      return 2;
    }
  }
  try {
    if (!options.full_store.empty()) {
      return open_full_store(options.full_store);
    }
    const auto figures = measure(options);
    options.json ? print_json(figures) : print_table(figures);
    for (const Figure& figure : figures) {
      if (!options.quick && !figure.passes()) {
        return 3;
      }
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench: " << error.what() << '\n';
    return 1;
  }
}
