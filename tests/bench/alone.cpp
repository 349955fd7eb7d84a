#include "alone.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <thread>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "workloads.hpp"

using namespace duroxide;

namespace {

constexpr double megabyte = 1024.0 * 1024.0;

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

/// Bytes that are allocated and not freed, as the allocator counts them.
double heap_bytes() {
  const auto heap = ::mallinfo2();
  return static_cast<double>(heap.uordblks) + static_cast<double>(heap.hblkhd);
}

/// Bytes of this process that are in memory, apart from what it maps of files.
double anonymous_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  double shared = 0;
  statm >> size >> resident >> shared;
  return (resident - shared) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Fills a store with instances that wait.
std::vector<double> fill(const std::filesystem::path& directory, std::size_t count) {
  Workloads workloads(directory, LmdbOptions().durability(Durability::none));
  workloads.start_waiting(count);
  return {};
}

/// Opens that store and finishes one of them, which must still wait: seconds until then, and megabytes at
/// the peak. Then, of a time in which nothing happens: switches, microseconds of processors and
/// allocations, each for a second.
std::vector<double> open_filled(const std::filesystem::path& directory, std::size_t which) {
  constexpr std::chrono::seconds watched(1);
  const auto begin = SteadyClock::now();
  Workloads workloads(directory);
  workloads.finish_waiting(which);
  const double seconds = seconds_since(begin);
  const double peak = peak_megabytes();
  std::this_thread::sleep_for(watched);  // until what an opening does in the background is done
  const Run idle = measured(1, [&] { std::this_thread::sleep_for(watched); });
  const double switches = idle.counts.switches - 1;  // without that of this thread
  return {seconds, peak, switches / idle.seconds, idle.counts.cpu / idle.seconds,
          idle.counts.allocations / idle.seconds};
}

/// Instances that wait and are resident: bytes of the heap for each, and bytes of memory.
std::vector<double> keep_resident(const std::filesystem::path& directory, std::size_t count) {
  Workloads workloads(directory, LmdbOptions().durability(Durability::none),
                      RuntimeOptions().max_resident_instances(2 * count));
  (void)workloads.hellos(100);
  const double heap = heap_bytes();
  const double memory = anonymous_bytes();
  workloads.start_waiting(count);
  const auto each = static_cast<double>(count);
  return {(heap_bytes() - heap) / each, (anonymous_bytes() - memory) / each};
}

/// Starts so many at once: completed in a second, megabytes before and at the peak, and how many of them
/// are the process's own afterwards. A heap hardly shrinks, so that is about what it had at the peak; the
/// rest are pages of the database, which the system takes back when it needs them.
std::vector<double> burst(const std::filesystem::path& directory, std::size_t count) {
  Workloads workloads(directory);
  (void)workloads.hellos(100);
  const double before = anonymous_bytes() / megabyte;
  const Run run = workloads.burst(count);
  return {run.rate(), before, peak_megabytes(), anonymous_bytes() / megabyte};
}

using Part = std::vector<double> (*)(const std::filesystem::path&, std::size_t);

const std::map<std::string, Part>& parts() {
  static const std::map<std::string, Part> all{
      {"fill", fill}, {"open", open_filled}, {"resident", keep_resident}, {"burst", burst}};
  return all;
}

}  // namespace

std::vector<double> run_alone(const std::string& what, const std::filesystem::path& directory,
                              std::size_t count, const Options& options) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = "'" + program + "' --disk-us " +
                              std::to_string(options.simulated_flush.count()) + " --alone " + what +
                              " '" + directory.string() + "' " + std::to_string(count);
  std::FILE* output = ::popen(command.c_str(), "r");
  if (output == nullptr) {
    throw std::runtime_error("cannot run " + command);
  }
  std::vector<double> numbers;
  double number = 0;
  while (std::fscanf(output, "%lf", &number) == 1) {
    numbers.push_back(number);
  }
  if (::pclose(output) != 0) {
    throw std::runtime_error("failed: " + command);
  }
  return numbers;
}

int be_alone(const std::string& what, const std::filesystem::path& directory, std::size_t count) {
  for (const double number : parts().at(what)(directory, count)) {
    std::printf("%.17g ", number);
  }
  std::printf("\n");
  return 0;
}
