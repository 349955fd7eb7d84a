#include <csignal>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include "power/campaign.hpp"
#include "power/recorder.hpp"
#include "support/kept_counts.hpp"
#include "support/quick_directory.hpp"

namespace duroxide::power {

namespace fs = std::filesystem;

namespace {

/// Runs it in a process of its own, as threads and open files must not be there when another is made.
/// Gives how that ended, as `waitpid` does.
int in_child(const std::function<void()>& what) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGTERM, SIG_DFL);
    try {
      what();
    } catch (const std::exception& failed) {
      std::fprintf(stderr, "%s\n", failed.what());
      ::_exit(1);
    }
    testing::end_child(0);
  }
  int status = -1;
  if (child < 0 || ::waitpid(child, &status, 0) != child) {
    throw std::runtime_error("no process could be made");
  }
  return status;
}

Disk disk_after(const Trace& trace) {
  Disk disk;
  for (const Record& record : trace) {
    disk.apply(record);
  }
  return disk;
}

}  // namespace

Recording::Recording(const Workload& workload, std::uint64_t seed)
    : workload_(workload),
      directory_(testing::quick_directory()),
      trace_file_(directory_.path() / "trace") {
  run(seed);
}

Recording::Recording(const Workload& workload, const fs::path& trace)
    : workload_(workload),
      directory_(testing::quick_directory()),
      trace_file_(trace),
      trace_(read_trace(trace)) {}

void Recording::run(std::uint64_t seed) {
  const fs::path root = fs::canonical(directory_.path()) / "disk";
  fs::create_directory(root);
  if (workload_.prepare != nullptr && in_child([&] { workload_.prepare(root); }) != 0) {
    throw std::runtime_error(std::string(workload_.name) + " could not be prepared");
  }
  property::Random random(seed);
  for (int life = 0; life <= workload_.kills; ++life) {
    const auto known =
        life == 0 ? std::map<std::string, FileNumber>() : disk_after(trace_).numbers();
    const bool is_last = life == workload_.kills;
    const std::uint64_t changes = is_last ? 0 : 1 + random.below(workload_.kill_within);
    const int status = in_child([&] {
      start_recording(root, trace_file_, known);
      die_after_changes(changes);
      {
        Site site(root, seed + static_cast<std::uint64_t>(life));
        workload_.run(site);
      }
      stop_recording();
    });
    const bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (status != 0 && (is_last || !was_killed)) {
      throw std::runtime_error(std::string(workload_.name) + " failed");
    }
    trace_ = read_trace(trace_file_);
    const std::string differs =
        difference(disk_after(trace_).left(Fate(Loss::none, 0, {})), read_tree(root));
    if (!differs.empty()) {
      throw std::runtime_error("the trace of " + std::string(workload_.name) +
                               " does not tell all: " + differs);
    }
  }
}

}  // namespace duroxide::power
