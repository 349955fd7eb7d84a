#include "counts.hpp"

#include <cstdint>
#include <ctime>

#include <sys/resource.h>

#include "tally.hpp"

namespace {

double so_far(tally::Kind kind) {
  return static_cast<double>(tally::sum(kind));
}

double cpu_so_far() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

}  // namespace

const std::vector<NamedCount>& named_counts() {
  static const std::vector<NamedCount> all{
      {"switches", "", &Counts::switches},
      {"preemptions", "", &Counts::preemptions},
      {"CPU", "us", &Counts::cpu},
      {"allocations", "", &Counts::allocations},
      {"allocated", "B", &Counts::allocated},
      {"flushes", "", &Counts::flushes},
      {"written", "B", &Counts::written},
      {"messages", "", &Counts::messages},
  };
  return all;
}

Counts& Counts::operator-=(const Counts& other) {
  for (const NamedCount& each : named_counts()) {
    this->*each.count -= other.*each.count;
  }
  return *this;
}

Counts& Counts::operator/=(double units) {
  for (const NamedCount& each : named_counts()) {
    this->*each.count /= units;
  }
  return *this;
}

Counts counts_so_far() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  Counts counts;
  counts.switches = static_cast<double>(usage.ru_nvcsw);
  counts.preemptions = static_cast<double>(usage.ru_nivcsw);
  counts.cpu = cpu_so_far();
  counts.allocations = so_far(tally::Kind::allocations);
  counts.allocated = so_far(tally::Kind::allocated_bytes);
  counts.flushes = so_far(tally::Kind::flushes);
  counts.written = so_far(tally::Kind::written_bytes);
  counts.messages = so_far(tally::Kind::messages);
  return counts;
}
