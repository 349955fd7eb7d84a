#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "property/interpreter.hpp"
#include "property/program.hpp"
#include "simulation/seeded_system.hpp"
#include "simulation/tables.hpp"

namespace duroxide::simulation {

enum class Kind : std::uint8_t {
  steady,  ///< a random program whose result is the same whatever happens; nobody cancels it
  grown,   ///< code with sessions, much data and loose ends; steady too
  wild,    ///< a random program with races, which meets everything
};

/// One orchestration that somebody starts, with those that it starts in turn.
struct Part {
  std::string instance;
  std::string prefix;  ///< of the names of its orchestrations
  Kind kind = Kind::steady;
  std::uint64_t program_seed = 0;
  property::Program program;
  std::vector<std::unique_ptr<property::Environment>> environments;  ///< one for each orchestration

  [[nodiscard]] bool is_steady() const { return kind != Kind::wild; }
};

[[nodiscard]] std::unique_ptr<Part> make_part(std::string instance, Kind kind,
                                              std::uint64_t program_seed);

/// What happens how often, in a thousand steps.
struct Rates {
  std::uint32_t act = 0;      ///< a client or an operator does something
  std::uint32_t advance = 0;  ///< time passes although there is work
  std::uint32_t delayed = 0;  ///< a delayed message comes early
  std::uint32_t finish = 0;   ///< an activity that completes later does so
};

/// Everything that a seed decides beforehand. The rest is drawn as the run goes.
struct Plan {
  std::uint64_t seed = 0;
  Order order = Order::oldest;
  std::uint32_t overtakes = 0;  ///< in a hundred turns, how often another sender's message is first
  Medium medium = Medium::memory;
  Defect defect = Defect::none;
  std::vector<std::unique_ptr<Part>> parts;

  std::uint32_t steps = 0;  ///< for how many there are disturbances
  Rates rates;
  std::uint32_t crashes = 0;
  std::uint32_t restarts = 0;         ///< of the runtime, or of it and the store
  std::uint32_t full_disks = 0;       ///< in a hundred looks for room
  std::uint32_t fatal_commits = 0;    ///< in a thousand
  std::uint32_t slow_commits = 0;     ///< in a hundred
  std::uint32_t late_activities = 0;  ///< in a hundred: they complete after they have returned
  std::uint32_t bad_activities = 0;   ///< in a hundred, of what is not steady: they throw, or hang
  std::uint32_t deadly_activities = 0;  ///< in a hundred, likewise: the process dies of them
  bool has_operators = false;   ///< somebody cancels, terminates, deletes, rewinds, prunes …
  bool listens = false;         ///< somebody subscribes to all changes
  bool registers_late = false;  ///< some names are not registered before all is calm
  bool reopens_at_end = false;

  bool small_limits = false;  ///< the store commits after few bytes, and drops few rows at a time
  std::size_t runtimes = 1;
  std::size_t residency = 0;
  std::size_t turns_at_once = 0;
  std::size_t workers = 0;
  std::uint32_t max_attempts = 10;
  std::uint32_t idle_eviction = 60'000;  ///< milliseconds

  [[nodiscard]] std::string to_text() const;
};

/// The plan of a seed.
[[nodiscard]] Plan make_plan(std::uint64_t seed);
/// A run of one steady part in which nothing disturbs it.
[[nodiscard]] Plan make_calm_plan(const Part& part);

}  // namespace duroxide::simulation
