#include "simulation/world.hpp"

#include <algorithm>

namespace duroxide::simulation {

World::World(Plan made, bool prints)
    : plan(std::move(made)),
      random(plan.seed * 2 + 2),
      trace(prints),
      tables(plan.medium, plan.defect, plan.small_limits) {
  known.reserve(plan.parts.size());
  for (const auto& part : plan.parts) {
    known.push_back(std::make_unique<Known>());
    known.back()->part = part.get();
    known.back()->instance = part->instance;
    for (const auto& environment : part->environments) {
      environment->observer.violation = [this](const std::string& what) { violation(what); };
    }
  }
  tables.fate = [this] { return fate_of_commit(); };
  tables.is_full = [this] { return is_disk_full(); };
  begin_process();
}

World::~World() {
  is_alive_ = false;
}

void World::begin_process() {
  ++number_;
  is_alive_ = true;
  open_calls_ = 0;
  for (const auto& each : late) {
    each->is_asked = false;
  }
  process_ = std::make_unique<Process>(
      plan, tables, now_, random, trace,
      [this, process = number_](Runtime& runtime) { register_all(*this, process, runtime); });
  if (plan.listens) {
    process_->subscribe();
    listen();
  }
  for (const auto& each : known) {
    if (each->is_accepted) {
      client().get_orchestration_status(
          each->instance,
          answer<Client::Status>([this, instance = each.get(),
                                  had_ended = each->has_ended](const Client::Status& status) {
            if (status) {
              told(*instance, *status, had_ended);
            }
          }));
    }
  }
}

void World::listen() {
  if (process_->subscription() == nullptr) {
    return;
  }
  process_->subscription()->next([this, process = number_](const auto& batch) {
    if (!is_current(process) || is_ending_ || !batch) {
      return;
    }
    for (const StatusChange& change : batch->changes) {
      told(change);
    }
    listen();
  });
}

void World::told(const StatusChange& change) {
  count("a change was told");
  Known* const instance = find(change.instance_id);
  if (instance == nullptr || instance->may_be_gone || instance->may_run_again) {
    return;
  }
  instance->is_accepted = true;
  if (change.kind == ChangeKind::completed || change.kind == ChangeKind::failed ||
      change.kind == ChangeKind::cancelled) {
    if (std::exchange(instance->has_ended, true)) {
      violation(instance->instance + " has ended twice");
    }
  }
}

Fate World::fate_of_commit() {
  if (!is_disturbed) {
    return Fate::done;
  }
  if (random.chance(plan.slow_commits)) {
    count("a commit was slow");
    process_->clock()->advance(Milliseconds(1 + random.below(100)));
  }
  if (random.below(1000) < plan.fatal_commits) {
    trace.note("a commit fails for good");
    count("a commit failed for good");
    return random.chance(50) ? Fate::fatal : Fate::fatal_done;
  }
  return Fate::done;
}

bool World::is_disk_full() {
  if (!is_disturbed || !random.chance(plan.full_disks)) {
    return false;
  }
  trace.note("the disk is full");
  count("the disk was full");
  return true;
}

bool World::step() {
  if (tables.is_broken() || is_dying_) {
    crash();
    return true;
  }
  return process_->step();
}

void World::die() {
  constexpr std::uint32_t most_deaths = 8;
  if (!is_dying_ && deaths_ < most_deaths) {
    is_dying_ = true;
    ++deaths_;
    count("the process died of an activity");
  }
}

void World::pass_time(Milliseconds step) {
  trace.note("time passes: " + std::to_string(step.count()));
  process_->pass_time(step);
}

void World::settle() {
  while (step()) {
  }
}

void World::run_until(const std::function<bool()>& done) {
  Milliseconds idle(1);
  while (!done()) {
    if (step()) {
      continue;
    }
    if (idle > std::chrono::hours(24)) {
      violation("a call is not answered");
      return;
    }
    pass_time(idle);
    idle *= 2;
  }
}

void World::crash() {
  trace.note("a crash");
  is_dying_ = false;
  count("the process crashed");
  is_alive_ = false;
  now_ = process_->now() + Milliseconds(random.below(50));
  process_->crash();
  if (const std::string problem = tables.durable_problem(); !problem.empty()) {
    violation("a crash leaves a store that is not in order: " + problem);
  }
  process_.reset();
  begin_process();
}

void World::restart(bool whole_process) {
  if (whole_process) {
    trace.note("an orderly end");
    count("the store was closed and opened");
    end();
    begin_process();
  } else {
    trace.note("another runtime");
    count("another runtime began");
    const auto chosen = random.below(static_cast<std::uint32_t>(process_->runtimes()));
    for (std::size_t i = 0; i < process_->runtimes(); ++i) {
      if (!is_disturbed || i == chosen) {
        process_->restart_runtime(i);
      }
    }
  }
}

void World::end() {
  is_ending_ = true;
  const std::size_t left = process_->end();
  is_ending_ = false;
  if (left != 0) {
    violation(std::to_string(left) + " actors outlive their store");
  }
  if (open_calls_ != 0) {
    violation(std::to_string(open_calls_) + " calls were never answered");
  }
  is_alive_ = false;
  now_ = process_->now();
  process_.reset();
}

void World::violation(const std::string& what) {
  trace.note("VIOLATION: " + what);
  violations.push_back(what);
}

void World::told(Known& instance, const OrchestrationStatus& status, bool had_ended) {
  if (status.is_not_found() && instance.is_accepted && !instance.may_be_gone) {
    violation(instance.instance + " was started, and is gone");
  }
  if (instance.may_be_gone || instance.may_run_again) {
    return;
  }
  if (instance.end && *instance.end != status.to_string()) {
    violation(instance.instance + " had ended: " + *instance.end +
              ", and now: " + status.to_string());
  }
  if (had_ended && status.is_running()) {
    violation(instance.instance + " had ended, and runs");
  }
  if (status.is_terminal()) {
    instance.end = status.to_string();
  }
}

Known* World::find(const std::string& instance) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const auto& each) { return each->instance == instance; });
  return found == known.end() ? nullptr : found->get();
}

const Part* World::part_of(const std::string& orchestration) const {
  const auto found = std::find_if(plan.parts.begin(), plan.parts.end(), [&](const auto& each) {
    return orchestration.starts_with(each->prefix);
  });
  return found == plan.parts.end() ? nullptr : found->get();
}

}  // namespace duroxide::simulation
