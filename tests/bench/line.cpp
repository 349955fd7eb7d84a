#include "line.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_dir.hpp"
#include "workloads.hpp"

extern char** environ;  // NOLINT: of the C library

namespace {

namespace fs = std::filesystem;

constexpr std::size_t warm_up = 200;
constexpr const char* socket_name = "./line.sock";
/// As many times what the steps cost in the engine may a request cost by way of the server.
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

/// The server, with its store in a directory that is its own. Ends with this.
class Server {
 public:
  explicit Server(const fs::path& directory) : directory_(directory) {
    std::string program = example("line_server").string();
    std::array<int, 2> output{};
    if (::pipe(output.data()) != 0) {
      throw std::runtime_error("cannot make a pipe");
    }
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
    ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_addclose(&actions, output[0]);
    ::posix_spawn_file_actions_addclose(&actions, output[1]);
    std::string socket = socket_name;
    std::array<char*, 3> arguments{program.data(), socket.data(), nullptr};
    const int problem =
        ::posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(output[1]);
    output_ = output[0];
    if (problem != 0) {
      ::close(output_);
      throw std::runtime_error("cannot run " + program + ": " + std::strerror(problem));
    }
    wait_until_it_listens();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { end(); }

  /// Runs the load program, which says what it measured.
  [[nodiscard]] Measured take(const Load& load) const {
    const std::string command =
        "cd '" + directory_.string() + "' && '" + example("line_load").string() + "' " +
        socket_name + " " + std::to_string(load.in_flight) + " " + std::to_string(load.requests);
    std::FILE* output = ::popen(command.c_str(), "r");
    if (output == nullptr) {
      throw std::runtime_error("cannot run " + command);
    }
    Measured measured;
    const int read =
        std::fscanf(output, "%*u requests, %*u in flight: %lf a second, p50 %lf us, p99 %lf us",
                    &measured.rate, &measured.p50, &measured.p99);
    if (::pclose(output) != 0 || read != 3) {
      throw std::runtime_error("failed: " + command);
    }
    return measured;
  }

 private:
  void wait_until_it_listens() {
    std::string said;
    std::array<char, 256> bytes{};
    while (said.find('\n') == std::string::npos) {
      const auto size = ::read(output_, bytes.data(), bytes.size());
      if (size < 0 && errno == EINTR) {
        continue;
      }
      if (size <= 0) {
        end();
        throw std::runtime_error("the line server has ended before it listened");
      }
      said.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }

  void end() {
    if (process_ > 0) {
      ::kill(process_, SIGTERM);
      while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
      }
      ::close(output_);
      process_ = -1;
    }
  }

  fs::path directory_;
  pid_t process_ = -1;
  int output_ = -1;
};

Measured by_the_server(const Load& load, const fs::path& directory) {
  const Server server(directory);
  (void)server.take({load.in_flight, std::max(warm_up, load.in_flight)});
  return server.take(load);
}

Measured in_the_engine(const Load& load, const fs::path& directory) {
  Workloads workloads(directory / "store", {}, {}, duroxide::ActivityKind::short_running);
  workloads.run_hellos(std::max(warm_up, load.in_flight), load.in_flight);
  Run run = load.in_flight == 1 ? workloads.hellos(load.requests)
                                : workloads.hellos_in_flight(load.requests, load.in_flight);
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
                 {"in the engine", over(series.engine, rate), "hellos/s"},
                 {"in the engine, p50", over(series.engine, p50), "us"},
                 {"in the engine, p99", over(series.engine, p99), "us"},
                 {"a request, in such hellos", times(series, cost), "x", true, most_times, true},
                 {"p50, in those of hellos", times(series, p50), "x"},
                 {"p99, in those of hellos", times(series, p99), "x"}};
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
