#include "faults/phases.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include "power/facts.hpp"
#include "power/workloads.hpp"

namespace duroxide::faults {

using power::Site;
using namespace std::chrono_literals;

namespace {

const power::Workload& workload(std::string_view name) {
  for (const power::Workload& each : power::workloads()) {
    if (each.name == name) {
      return each;
    }
  }
  throw std::runtime_error("there is no workload " + std::string(name));
}

std::string numbered(const char* prefix, int i) {
  return std::string(prefix) + std::to_string(i);
}

void first_opening(Site& s) {
  s.open();
  s.start("first", "Sum", "1");
}

void timers(Site& s) {
  s.open();
  s.start_runtime();
  for (int i = 0; i < 12; ++i) {
    s.start(numbered("naps", i), "Naps", std::to_string(3 + i % 4));
  }
  s.start("waits", "Signal", "");  // its timer is due in days
  for (int i = 0; i < 12; ++i) {
    s.finish(numbered("naps", i));
  }
}

void restoring(Site& s) {
  s.open();
  s.start_runtime();
  for (int i = 0; i < 6; ++i) {
    const std::string id = numbered("moved", i);
    s.start(id, "Sum", "3");
    s.finish(id);
    s.move(id, "Sum", "3");
    s.fork(id, id + "-forked", "Sum", "3");
    s.finish(id + "-forked");
  }
}

void rewinding(Site& s) {
  s.open();
  s.start_runtime();
  for (int i = 0; i < 8; ++i) {
    const std::string id = numbered("fragile", i);
    s.behaviour().mended = false;
    s.start(id, "Fragile", "");
    s.finish(id);
    s.behaviour().mended = true;
    s.rewind(id, "Fragile");
    s.finish(id);
  }
}

/// What fails is deleted by the runtime, old executions by hand.
void retention(Site& s) {
  s.open();
  s.start_runtime(RetentionPolicy().failed(0ms).check_every(1ms));
  for (int i = 0; i < 6; ++i) {
    const std::string fragile = numbered("fragile", i);
    // Nothing is told of it: it may be gone before anybody knows that it was there.
    if (!s.client().start_orchestration(fragile, "Fragile", std::string())) {
      throw std::runtime_error("a start was refused");
    }
    const std::string rounds = numbered("rounds", i);
    s.start(rounds, "Rounds", "4");
    s.finish(rounds);
    s.prune(rounds);
    s.see(rounds);
  }
}

void closing(Site& s) {
  for (int i = 0; i < 6; ++i) {
    s.open();
    s.start_runtime();
    s.start(numbered("sum", i), "Sum", "4");
    s.start(numbered("collect", i), "Collect", "");
    s.enqueue(numbered("collect", i), "item");
    s.close();
  }
}

}  // namespace

const std::vector<Phase>& phases() {
  static const std::vector<Phase> all{
      {"the first opening", first_opening},
      {"steps", workload("steps").run},
      {"timers that are due", timers},
      {"management", workload("management").run},
      {"backups", workload("backups").run},
      {"imports and forks", restoring},
      {"rewinds", rewinding},
      {"retention", retention},
      {"the upgrade of an old format", workload("upgrade").run, workload("upgrade").prepare, 4},
      {"closing", closing},
  };
  return all;
}

}  // namespace duroxide::faults
