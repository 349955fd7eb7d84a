// What the engine costs, beside what the disk and the machine can do, which is measured in the same run.
#include <charconv>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "alone.hpp"
#include "comparison.hpp"
#include "disk.hpp"
#include "line.hpp"
#include "management.hpp"
#include "measurements.hpp"
#include "options.hpp"
#include "overhead.hpp"
#include "postgres.hpp"
#include "processors.hpp"
#include "report.hpp"
#include "retention.hpp"
#include "scale.hpp"
#include "support/temp_dir.hpp"

namespace {

constexpr const char* usage =
    "usage: bench [OPTION...] [PART]\n"
    "  --quick           a try-out, with a few of each, once; floors are not judged by the exit "
    "status\n"
    "  --runs N          the median of so many runs (default: 5)\n"
    "  --json FILE       write the figures as JSON too\n"
    "  --directory DIR   a place on the disk to measure (default: the current directory)\n"
    "  --disk-us N       simulate the disk: files in memory, and a flush takes so many "
    "microseconds\n"
    "  --compare FILE    compare the counts with those in a file that --json has written\n"
    "  --dbos            with the part postgres: DBOS on the same server too, which npm fetches\n"
    "PART is engine, scale, management or retention; line, the line server of the examples beside "
    "the\n"
    "engine; postgres, the engine on a private PostgreSQL beside raw transactions; or one of two "
    "on "
    "the\n"
    "simulated disk: counts, only what workloads of the engine use, and\n"
    "overhead, what they use with metrics and without. Without it all but the last four are "
    "measured.\n"
    "Ends with status 3 if a figure is below its floor, with 4 if a count is above the baseline.\n";

/// Of the simulated disk, if nothing else is said.
constexpr std::chrono::microseconds usual_flush(100);

struct WrongUsage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::size_t number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw WrongUsage("not a number: " + std::string(text));
  }
  return number;
}

bool is_part(std::string_view text) {
  return text == "engine" || text == "counts" || text == "scale" || text == "management" ||
         text == "retention" || text == "overhead" || text == "line" || text == "postgres";
}

Options read_options(std::span<char* const> arguments) {
  Options options;
  bool runs_are_given = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto value = [&]() -> std::string_view {
      if (i + 1 == arguments.size()) {
        throw WrongUsage("a value is missing: " + std::string(argument));
      }
      return arguments[++i];
    };
    if (argument == "--quick") {
      options.quick = true;
    } else if (argument == "--runs") {
      options.runs = number_of(value());
      runs_are_given = true;
    } else if (argument == "--json") {
      options.json = value();
    } else if (argument == "--directory") {
      options.directory = value();
    } else if (argument == "--disk-us") {
      options.simulated_flush = std::chrono::microseconds(number_of(value()));
    } else if (argument == "--compare") {
      options.baseline = value();
    } else if (argument == "--dbos") {
      options.dbos = true;
    } else if (is_part(argument)) {
      options.only = argument;
    } else {
      throw WrongUsage("unknown argument: " + std::string(argument));
    }
  }
  if (options.quick && !runs_are_given) {
    options.runs = 1;
  }
  if (options.baseline && options.only != "counts") {
    throw WrongUsage("only the part counts can be compared with a baseline");
  }
  if (options.dbos && options.only != "postgres") {
    throw WrongUsage("DBOS is measured beside the part postgres alone");
  }
  if (options.only == "line" && options.simulated_flush.count() > 0) {
    throw WrongUsage("the line server is another program, and knows no simulated disk");
  }
  const bool is_simulated = options.only == "counts" || options.only == "overhead";
  if (is_simulated && options.simulated_flush.count() == 0) {
    options.simulated_flush = usual_flush;
  }
  if (options.runs == 0) {
    throw WrongUsage("there must be at least one run");
  }
  return options;
}

/// Sets up the simulated disk, if it is wanted, and says what is measured on.
std::string prepare_disk(Options& options) {
  if (options.simulated_flush.count() == 0) {
    return "the disk of " + std::filesystem::canonical(options.directory).string();
  }
  const auto memory = memory_file_system();
  if (!memory) {
    throw std::runtime_error(
        "there is no file system in memory for the simulated disk: mount a tmpfs at /dev/shm");
  }
  options.directory = *memory;
  simulate_flushes(options.simulated_flush);
  return "a simulated disk, where a flush takes " +
         std::to_string(options.simulated_flush.count()) + " us";
}

bool wants(const Options& options, std::string_view part) {
  return !options.only || *options.only == part;
}

Report measure(Options& options) {
  Report report;
  report.disk = prepare_disk(options);
  report.runs = options.runs;
  if (options.only == "counts") {
    if (!use_two_processors()) {
      throw std::runtime_error("what is counted is counted on two processors, and there is one");
    }
    measure_counts(report, options);
    return report;
  }
  if (options.only == "overhead") {
    measure_overhead(report, options);
    return report;
  }
  if (options.only == "line") {
    measure_line(report, options);
    return report;
  }
  if (options.only == "postgres") {
#ifdef DUROXIDE_WITH_POSTGRES
    measure_postgres(report, options);
    return report;
#else
    throw std::runtime_error("this bench was built without PostgreSQL: -Dpostgres=enabled");
#endif
  }
  if (wants(options, "engine")) {
    measure_engine(report, options);
  }
  if (wants(options, "scale")) {
    measure_scale(report, options);
  }
  if (wants(options, "management")) {
    const duroxide::testing::TempDir directory(options.directory);
    report.rows.push_back(measure_management(directory.path(), options));
  }
  if (wants(options, "retention")) {
    const duroxide::testing::TempDir directory(options.directory);
    report.rows.push_back(measure_retention(directory.path(), options));
  }
  return report;
}

int run(std::span<char* const> arguments) {
  // What the program calls itself with: see `run_alone`.
  if (arguments.size() == 6 && std::string_view(arguments[2]) == "--alone") {
    Options options;
    options.simulated_flush = std::chrono::microseconds(number_of(arguments[1]));
    if (options.simulated_flush.count() > 0) {
      simulate_flushes(options.simulated_flush);
    }
    return be_alone(arguments[3], arguments[4], number_of(arguments[5]));
  }
  Options options = read_options(arguments);
  const Report report = measure(options);
  print_table(report);
  if (options.json) {
    write_json(report, *options.json);
  }
  if (options.baseline && !compare(report, *options.baseline)) {
    return 4;
  }
  return options.quick || report.passes() ? EXIT_SUCCESS : 3;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv + 1, static_cast<std::size_t>(argc) - 1);
  for (const std::string_view argument : arguments) {
    if (argument == "-h" || argument == "--help") {
      std::cout << usage;
      return EXIT_SUCCESS;
    }
  }
  try {
    return run(arguments);
  } catch (const WrongUsage& wrong) {
    std::cerr << "bench: " << wrong.what() << '\n' << usage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "bench: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
