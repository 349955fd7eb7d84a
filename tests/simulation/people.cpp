#include "simulation/people.hpp"

#include <utility>

namespace duroxide::simulation {

namespace {

StartOptions options_of(property::Random& random) {
  StartOptions options;
  if (random.chance(20)) {
    options.tag("tagged");
  }
  if (random.chance(20)) {
    options.delay(Milliseconds(random.below(20)));
  }
  return options;
}

}  // namespace

void People::start(Known& known) {
  if (known.is_accepted) {
    return;
  }
  world_.trace.note("start " + known.instance);
  world_.client().start_orchestration(
      known.instance, known.part->prefix + "P0", std::string("2"), options_of(world_.random),
      world_.answer<Client::Started>([&known](const Client::Started& started) {
        if (started || started.error().kind == ClientError::Kind::instance_already_exists) {
          known.is_accepted = true;
        }
      }));
}

void People::start_again(Known& known) {
  world_.trace.note("start again " + known.instance);
  StartOptions options;
  options.reuse(world_.random.chance(50) ? ReusePolicy::use_existing
                                         : ReusePolicy::use_existing_same_input);
  world_.client().start_orchestration(
      known.instance, known.part->prefix + "P0", std::string("2"), options,
      world_.answer<Client::Started>([this, &known](const Client::Started& started) {
        if (started && started->created() && known.is_accepted && !known.may_be_gone) {
          world_.violation(known.instance + " was started twice");
        }
        if (started) {
          known.is_accepted = true;
        }
      }));
}

void People::raise(const Known& known) {
  const std::string& instance = known.instance;
  // What a wild part is told is told once only; see the checker.
  const std::string data = known.part->is_steady() ? "e" : unique_mark + std::to_string(++raised_);
  const std::uint32_t which = world_.random.below(5);
  const auto told = world_.counted<Client::Done>("an event was raised");
  if (which < 3) {
    world_.client().raise_event(instance, "E" + std::to_string(which), data, told);
  } else {
    world_.client().enqueue_event(instance, "Q" + std::to_string(which - 3), data, told);
  }
}

void People::raise_all(const std::string& instance) {
  for (const char* const name : {"E0", "E1", "E2"}) {
    world_.client().raise_event(instance, name, std::string("e"),
                                world_.answer<Client::Done>([](const Client::Done&) {}));
  }
  for (const char* const name : {"Q0", "Q1"}) {
    world_.client().enqueue_event(instance, name, std::string("e"),
                                  world_.answer<Client::Done>([](const Client::Done&) {}));
  }
}

bool People::finish_one(bool even_if_it_hangs) {
  std::vector<LateActivity*> ready;
  for (const auto& each : world_.late) {
    if (!each->is_asked && (even_if_it_hangs || !each->hangs)) {
      ready.push_back(each.get());
    }
  }
  if (ready.empty()) {
    return false;
  }
  LateActivity* const chosen = ready[world_.random.below(static_cast<std::uint32_t>(ready.size()))];
  chosen->is_asked = true;
  world_.trace.note("finish an activity of " + chosen->token.instance);
  auto done = world_.answer<Client::Done>([this, chosen](const Client::Done& told) {
    world_.count("an activity completed late");
    if (told || told.error().kind == ClientError::Kind::activity_not_found) {
      std::erase_if(world_.late, [&](const auto& each) { return each.get() == chosen; });
    } else {
      chosen->is_asked = false;
    }
  });
  if (chosen->failure) {
    world_.client().fail_activity(chosen->token, *chosen->failure, std::move(done));
  } else {
    world_.client().complete_activity(chosen->token, chosen->result, std::move(done));
  }
  return true;
}

void People::wait(Known& known) {
  const auto tell = world_.answer<Client::Status>(
      [this, &known, had_ended = known.has_ended](const Client::Status& status) {
        if (status) {
          world_.told(known, *status, had_ended);
        }
      });
  switch (world_.random.below(4)) {
    case 0:
      world_.client().wait_for_completion(known.instance, tell);
      return;
    case 1:
      world_.client().wait_for_completion(known.instance, Milliseconds(world_.random.below(30)),
                                          tell);
      return;
    case 2:
      world_.client().wait_for_status_change(known.instance, world_.random.below(2),
                                             Milliseconds(10), tell);
      return;
    default:
      world_.client().get_orchestration_status(known.instance, tell);
  }
}

void People::act() {
  Known& known =
      *world_.known[world_.random.below(static_cast<std::uint32_t>(world_.known.size()))];
  const bool is_mine = !known.part->is_steady() && world_.plan.has_operators;
  const std::uint32_t what = world_.random.below(100);
  if (!known.is_accepted && what < 60) {
    start(known);
  } else if (what < 5) {
    start_again(known);
  } else if (what < 40) {
    raise(known);
  } else if (what < 55) {
    wait(known);
  } else if (what < 65) {
    look(known);
  } else if (what < 70) {
    look_around();
  } else if (what < 76) {
    pause(known);
  } else if (world_.plan.has_operators && what < 83) {
    prune(known);
  } else if (is_mine && what < 89) {
    stop(known);
  } else if (is_mine && what < 96) {
    restore(known);
  } else if (is_mine) {
    remove(known);
  }
}

}  // namespace duroxide::simulation
