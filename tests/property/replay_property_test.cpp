// Random orchestrations in a small world of their own: however often they are evicted, restarted or
// replayed, every turn has the same result.
//
// DUROXIDE_SEED runs one program again; DUROXIDE_PROGRAMS says how many to run.

#include <string>

#include <catch2/catch.hpp>

#include "property/from_environment.hpp"
#include "property/histories.hpp"
#include "property/world.hpp"

using namespace duroxide;
using namespace duroxide::property;

namespace {

std::uint32_t size_of(std::uint64_t seed) {
  return 5 + static_cast<std::uint32_t>(seed % 37);
}

std::string check_all_replays(World& world) {
  for (const auto& entry : world.lives()) {
    const std::string& id = entry.first;
    for (std::size_t i = 0; i < entry.second.histories.size(); ++i) {
      const std::vector<Event>& history = entry.second.histories[i];
      if (history.size() > 2 &&
          std::holds_alternative<event::OrchestrationCancelRequested>(history[1].kind)) {
        continue;  // cancelled together with its start, which is another rule
      }
      std::string wrong = check_replays(
          history, id, i + 1, [&] { return world.make_execution(id, i + 1); },
          [&](const std::vector<Event>& events) { world.return_to(events); });
      if (!wrong.empty()) {
        return "instance " + id + ": " + wrong + "\n" + to_text(history);
      }
    }
  }
  return {};
}

std::string check_all_open_steps(World& world) {
  for (const auto& [id, life] : world.lives()) {
    for (std::size_t i = 0; i < life.histories.size(); ++i) {
      const auto make = [&, instance = id] { return world.make_execution(instance, i + 1); };
      const std::string wrong = check_open_steps(life.histories[i], make);
      if (!wrong.empty()) {
        return "instance " + id + ": " + wrong + "\n" + to_text(life.histories[i]);
      }
    }
  }
  return {};
}

/// The first thing that goes wrong with the program; empty if nothing does.
std::string check_program(std::uint64_t seed, std::uint32_t size, std::size_t& turns) {
  const Program program = generate(seed, size, Profile::everything);
  World undisturbed(program, seed, Disturbance::none);
  undisturbed.run(nullptr);
  turns += undisturbed.turn_count();
  std::string problem = undisturbed.problem();
  for (const Disturbance each : {Disturbance::always, Disturbance::at_random}) {
    if (problem.empty() && (seed % 2 == 0 || each == Disturbance::at_random)) {
      World disturbed(program, seed, each);
      disturbed.run(&undisturbed.turns());
      problem = disturbed.problem();
      if (problem.empty() && disturbed.turn_count() != undisturbed.turn_count()) {
        problem = "turns are missing";
      }
    }
  }
  if (problem.empty() && seed % 4 == 1) {
    problem = check_all_replays(undisturbed);
  }
  if (problem.empty() && seed % 32 == 3) {
    problem = check_all_open_steps(undisturbed);
  }
  return problem.empty() ? problem : problem + "\nthe program:\n" + program.to_text();
}

/// The problem of the smallest program of this seed that has one.
std::string shrunk(std::uint64_t seed, std::uint32_t size) {
  std::size_t turns = 0;
  for (std::uint32_t smaller = 1; smaller < size; ++smaller) {
    std::string problem = check_program(seed, smaller, turns);
    if (!problem.empty()) {
      return "with size " + std::to_string(smaller) + ": " + problem;
    }
  }
  return check_program(seed, size, turns);
}

}  // namespace

TEST_CASE("random programs run the same, evicted and restarted or not",
          "[property][replay][residency][restart]") {
  const std::uint64_t only = from_environment("DUROXIDE_SEED", 0);
  const std::uint64_t first = only == 0 ? 1 : only;
  const std::uint64_t count = only == 0 ? from_environment("DUROXIDE_PROGRAMS", 10'000) : 1;
  std::size_t turns = 0;
  int failures = 0;
  for (std::uint64_t seed = first; seed < first + count && failures < 3; ++seed) {
    if (!check_program(seed, size_of(seed), turns).empty()) {
      ++failures;
      UNSCOPED_INFO("DUROXIDE_SEED=" << seed << " " << shrunk(seed, size_of(seed)));
    }
  }
  CHECK(failures == 0);
  CHECK(turns > 2 * count);
}
