#include "simulation/plan.hpp"

#include <initializer_list>
#include <iterator>
#include <utility>

namespace duroxide::simulation {

namespace {

/// So many steady programs there are: each is run once undisturbed, to know its result.
constexpr std::uint32_t steady_programs = 400;
/// One seed in so many has its store on the disk, which takes longer.
constexpr std::uint64_t seeds_for_one_on_disk = 40;

std::uint32_t one_of(property::Random& random, std::initializer_list<std::uint32_t> values) {
  return *std::next(values.begin(), random.below(static_cast<std::uint32_t>(values.size())));
}

const char* name_of(Order order) {
  switch (order) {
    case Order::any:
      return "any";
    case Order::oldest:
      return "oldest";
    case Order::newest:
      return "newest";
    case Order::starved:
      return "starved";
  }
  return "";
}

}  // namespace

std::unique_ptr<Part> make_part(std::string instance, Kind kind, std::uint64_t program_seed) {
  auto part = std::make_unique<Part>();
  part->prefix = instance + ".";
  part->instance = std::move(instance);
  part->kind = kind;
  part->program_seed = program_seed;
  if (kind == Kind::grown) {
    return part;
  }
  const auto profile =
      kind == Kind::wild ? property::Profile::everything : property::Profile::commutative;
  part->program =
      property::generate(program_seed, 2 + static_cast<std::uint32_t>(program_seed % 9), profile);
  for (std::uint32_t i = 0; i < part->program.orchestrations.size(); ++i) {
    auto environment = std::make_unique<property::Environment>();
    environment->program = &part->program;
    environment->index = i;
    environment->prefix = part->prefix;
    environment->profile = profile;
    part->environments.push_back(std::move(environment));
  }
  return part;
}

namespace {

void add_parts(Plan& plan, property::Random& random) {
  const std::uint32_t steady = random.below(3);
  const std::uint32_t grown = random.chance(15) ? 1 : 0;
  const std::uint32_t wild = steady + grown == 0 ? 1 + random.below(2) : random.below(3);
  const auto add = [&](const std::string& instance, Kind kind, std::uint64_t program) {
    plan.parts.push_back(make_part(instance, kind, program));
  };
  for (std::uint32_t i = 0; i < steady; ++i) {
    add("steady" + std::to_string(i), Kind::steady, 1 + random.below(steady_programs));
  }
  for (std::uint32_t i = 0; i < grown; ++i) {
    add("grown", Kind::grown, random.below(3));
  }
  for (std::uint32_t i = 0; i < wild; ++i) {
    add(i == 0 ? "root" : "wild", Kind::wild, 1 + random.below(1'000'000));
  }
}

}  // namespace

Plan make_plan(std::uint64_t seed) {
  property::Random random(seed * 2 + 1);
  Plan plan;
  plan.seed = seed;
  plan.order = static_cast<Order>(random.below(4));
  plan.medium = seed % seeds_for_one_on_disk == 0 ? Medium::lmdb : Medium::memory;
  plan.overtakes = one_of(random, {0, 0, 20});
  add_parts(plan, random);
  plan.steps = 40 + random.below(one_of(random, {100, 300, 800}));
  plan.rates.act = one_of(random, {10, 30, 100});
  plan.rates.advance = one_of(random, {0, 10, 50});
  plan.rates.delayed = one_of(random, {0, 5, 50});
  plan.rates.finish = one_of(random, {5, 30, 100});
  plan.crashes = one_of(random, {0, 0, 1, 1, 2, 4});
  plan.restarts = one_of(random, {0, 0, 0, 1, 2});
  plan.full_disks = one_of(random, {0, 0, 0, 3, 15});
  plan.fatal_commits = one_of(random, {0, 0, 0, 5});
  plan.slow_commits = one_of(random, {0, 0, 10, 50});
  plan.late_activities = one_of(random, {0, 10, 50});
  plan.bad_activities = one_of(random, {0, 20, 40});
  plan.deadly_activities = one_of(random, {0, 0, 0, 30});
  plan.has_operators = random.chance(60);
  plan.listens = random.chance(40);
  plan.registers_late = random.chance(15);
  plan.reopens_at_end = random.chance(25);
  plan.residency = one_of(random, {0, 1, 100});
  plan.turns_at_once = one_of(random, {1, 3, 100});
  plan.workers = one_of(random, {1, 2, 4});
  plan.small_limits = random.chance(25);
  plan.runtimes = one_of(random, {1, 1, 2});
  plan.max_attempts = one_of(random, {1, 3, 10});
  plan.idle_eviction = one_of(random, {5, 60'000});
  return plan;
}

Plan make_calm_plan(const Part& part) {
  Plan plan;
  plan.parts.push_back(make_part(part.instance, part.kind, part.program_seed));
  plan.residency = 100;
  plan.turns_at_once = 100;
  plan.workers = 4;
  return plan;
}

std::string Plan::to_text() const {
  std::string text =
      "order " + std::string(name_of(order)) + ", overtakes " + std::to_string(overtakes) +
      " of a hundred, store " + (medium == Medium::memory ? "in memory" : "on the disk") +
      ", steps " + std::to_string(steps) + ", crashes " + std::to_string(crashes) + ", restarts " +
      std::to_string(restarts) + ", operators " + std::to_string(static_cast<int>(has_operators)) +
      "\nof a thousand steps: acts " + std::to_string(rates.act) + ", time " +
      std::to_string(rates.advance) + ", delayed messages " + std::to_string(rates.delayed) +
      ", late completions " + std::to_string(rates.finish) +
      "\nof a hundred looks for room: full " + std::to_string(full_disks) +
      "\nof a hundred commits: slow " + std::to_string(slow_commits) + ", fatal " +
      std::to_string(fatal_commits) + " of a thousand\nof a hundred activities: late " +
      std::to_string(late_activities) + ", bad " + std::to_string(bad_activities) + ", deadly " +
      std::to_string(deadly_activities) + "\nresidency " + std::to_string(residency) +
      ", turns at once " + std::to_string(turns_at_once) + ", runtimes " +
      std::to_string(runtimes) + ", small limits " +
      std::to_string(static_cast<int>(small_limits)) + ", workers " + std::to_string(workers) +
      ", attempts " + std::to_string(max_attempts) + ", idle eviction " +
      std::to_string(idle_eviction) + ", registers late " +
      std::to_string(static_cast<int>(registers_late)) + "\n";
  for (const auto& part : parts) {
    text += part->instance + ", program " + std::to_string(part->program_seed) + ":\n" +
            part->program.to_text();
  }
  return text;
}

}  // namespace duroxide::simulation
