#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// What this process has used of what costs time: unlike time it does not depend on what else the
/// machine does, or hardly. Calls of futexes cannot be counted from within a process, as the C library
/// makes them itself; those that wait are voluntary switches.
struct Counts {
  double switches = 0;     ///< times a thread gave up its processor, to wait for something
  double preemptions = 0;  ///< times a thread lost its processor to another
  double cpu = 0;          ///< microseconds of processors, in the program and in the kernel
  double allocations = 0;
  double allocated = 0;  ///< bytes asked for in these
  double flushes = 0;    ///< calls that end when written bytes are on the disk
  double written = 0;    ///< bytes given to files
  double messages = 0;   ///< put into the mailbox of an actor

  Counts& operator-=(const Counts& other);
  Counts& operator/=(double units);
};

/// Since the process began.
[[nodiscard]] Counts counts_so_far();

/// Each by its name and unit, in the order above.
struct NamedCount {
  const char* name;
  const char* unit;
  double Counts::*count;
};
[[nodiscard]] const std::vector<NamedCount>& named_counts();
