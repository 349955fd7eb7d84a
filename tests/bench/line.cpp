#include "line.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "program.hpp"
#include "support/temp_dir.hpp"
#include "workloads.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t warm_up = 200;
constexpr const char* socket_name = "./line.sock";
/// As many times what the same calls cost in the engine may a request cost by way of the server.
constexpr double most_times = 1.3;

/// How many requests, of which so many are under way at a time.
struct Load {
  std::size_t in_flight;
  std::size_t requests;
};

const std::vector<Load>& loads(bool quick) {
  static const std::vector<Load> earnest{{1, 2'000}, {64, 20'000}, {512, 20'000}};
  static const std::vector<Load> try_out{{1, 20}, {64, 128}, {512, 1'024}};
  return quick ? try_out : earnest;
}

/// Requests in a second, and microseconds of one.
struct Measured {
  double rate = 0;
  double p50 = 0;
  double p99 = 0;
};

/// One of the examples, which are built beside the bench.
fs::path example(const std::string& name) {
  fs::path file = fs::read_symlink("/proc/self/exe").parent_path() / "../../examples" / name;
  if (!fs::exists(file)) {
    throw std::runtime_error("there is no " + file.string() + ": build examples/" + name);
  }
  return fs::canonical(file);
}

/// The server, with its store in a directory that is its own. It is ended when this object goes.
class Server {
 public:
  explicit Server(const fs::path& directory)
      : directory_(directory), program_(example("line_server"), {socket_name}, directory) {
    const std::string said = program_.line();
    if (said.find("listening") == std::string::npos) {
      throw std::runtime_error("the line server has ended before it listened");
    }
  }

  /// Runs the load program, which says what it measured.
  [[nodiscard]] Measured take(const Load& load) const {
    Program program(example("line_load"),
                    {socket_name, std::to_string(load.in_flight), std::to_string(load.requests)},
                    directory_);
    const std::string said = program.line();
    Measured measured;
    const int read = std::sscanf(
        said.c_str(), "%*u requests, %*u in flight: %lf a second, p50 %lf us, p99 %lf us",
        &measured.rate, &measured.p50, &measured.p99);
    if (read != 3) {
      throw std::runtime_error("the load program did not say what it measured: " + said);
    }
    return measured;
  }

 private:
  fs::path directory_;
  Program program_;
};

Measured by_the_server(const Load& load, const fs::path& directory) {
  const Server server(directory);
  (void)server.take({load.in_flight, std::max(warm_up, load.in_flight)});
  return server.take(load);
}

Measured in_the_engine(const Load& load, const fs::path& directory) {
  Workloads workloads(directory / "store", {}, {}, duroxide::ActivityKind::short_running);
  (void)workloads.requests_in_flight(std::max(warm_up, load.in_flight), load.in_flight);
  Run run = workloads.requests_in_flight(load.requests, load.in_flight);
  std::sort(run.latencies.begin(), run.latencies.end());
  return {run.rate(), quantile(run.latencies, 0.5) * 1e6, quantile(run.latencies, 0.99) * 1e6};
}

/// What was measured of a load, run by run: each pair beside each other, so that a mood of the machine
/// meets both.
struct Series {
  Load load;
  std::vector<Measured> server;
  std::vector<Measured> engine;
};

template <class Read>
Spread over(const std::vector<Measured>& runs, const Read& read) {
  std::vector<double> values;
  std::transform(runs.begin(), runs.end(), std::back_inserter(values), read);
  return Spread(std::move(values));
}

/// How many times as long by way of the server.
template <class Read>
Spread times(const Series& series, const Read& read) {
  std::vector<double> values;
  for (std::size_t i = 0; i < series.server.size(); ++i) {
    values.push_back(read(series.server[i]) / read(series.engine[i]));
  }
  return Spread(std::move(values));
}

Row row_of(const Series& series) {
  const auto rate = [](const Measured& each) { return each.rate; };
  const auto p50 = [](const Measured& each) { return each.p50; };
  const auto p99 = [](const Measured& each) { return each.p99; };
  const auto cost = [](const Measured& each) { return 1 / each.rate; };
  Row row{"line server, " + std::to_string(series.load.in_flight) + " in flight", "", {}, {}};
  row.figures = {{"by the server", over(series.server, rate), "requests/s"},
                 {"by the server, p50", over(series.server, p50), "us"},
                 {"by the server, p99", over(series.server, p99), "us"},
                 {"in the engine", over(series.engine, rate), "requests/s"},
                 {"in the engine, p50", over(series.engine, p50), "us"},
                 {"in the engine, p99", over(series.engine, p99), "us"},
                 {"by the server, in such", times(series, cost), "x", true, most_times, true},
                 {"p50, in those of the engine", times(series, p50), "x"},
                 {"p99, in those of the engine", times(series, p99), "x"}};
  return row;
}

}  // namespace

void measure_line(Report& report, const Options& options) {
  std::vector<Series> all;
  for (const Load& load : loads(options.quick)) {
    all.push_back({load, {}, {}});
  }
  for (std::size_t i = 0; i < options.runs; ++i) {
    for (Series& each : all) {
      const bool server_first = i % 2 == 0;  // what comes second may find the machine warm
      for (const bool by_server : {server_first, !server_first}) {
        const duroxide::testing::TempDir directory(options.directory);
        if (by_server) {
          each.server.push_back(by_the_server(each.load, directory.path()));
        } else {
          each.engine.push_back(in_the_engine(each.load, directory.path()));
        }
      }
    }
    std::cerr << "run " << i + 1 << " of " << options.runs << std::endl;
  }
  for (const Series& each : all) {
    report.rows.push_back(row_of(each));
  }
}
