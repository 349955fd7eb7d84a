#include "simulation/seeded_system.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <tuple>
#include <typeinfo>
#include <utility>
#include <vector>

#include <cxxabi.h>

namespace duroxide::simulation {

namespace {

caf::scheduled_actor* actor_of(caf::resumable* job) {
  return job->subtype() == caf::resumable::scheduled_actor ? static_cast<caf::scheduled_actor*>(job)
                                                           : nullptr;
}

/// The type of the message that the actor handles next; null if it has none, as on its first turn.
const std::type_info* next_message(caf::scheduled_actor& actor) {
  auto* const element = actor.mailbox().peek();
  return element == nullptr || element->content().size() == 0 ? nullptr
                                                              : element->content().type(0).second;
}

std::string readable(const std::type_info* type) {
  if (type == nullptr) {
    return "(nothing)";
  }
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : type->name();
}

}  // namespace

struct SeededSystem::Config : caf::actor_system_config {
  Config() { actors::configure_deterministic(*this); }
};

SeededSystem::SeededSystem(Order order, std::uint32_t overtakes, property::Random& random,
                           Trace& trace)
    : order_(order),
      overtakes_(overtakes),
      random_(random),
      trace_(trace),
      starved_(random.below(4)),
      config_(std::make_unique<Config>()),
      system_(std::make_unique<caf::actor_system>(*config_)),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler())) {}

SeededSystem::~SeededSystem() {
  if (system_->registry().running() != 0) {
    std::fprintf(stderr, "%zu actors outlive the simulated process\n",
                 system_->registry().running());
    std::abort();  // the system would wait for them for ever
  }
}

void SeededSystem::choose() {
  auto& jobs = scheduler_->jobs;
  const auto count = static_cast<std::uint32_t>(jobs.size());
  if (count < 2 || order_ == Order::oldest) {
    return;
  }
  std::size_t chosen = random_.below(count);
  if (order_ == Order::newest && random_.chance(75)) {
    chosen = count - 1;
  } else if (order_ == Order::starved) {
    const auto* const actor = actor_of(jobs[chosen]);
    if (actor != nullptr && actor->id() % 4 == starved_ && random_.chance(90)) {
      chosen = random_.below(count);
    }
  }
  std::swap(jobs.front(), jobs[chosen]);
}

void SeededSystem::let_another_overtake(caf::scheduled_actor& actor) {
  auto& mailbox = actor.mailbox();
  (void)mailbox.fetch_more();
  auto& queue = std::get<caf::scheduled_actor::normal_queue_index>(mailbox.queue().queues());
  std::vector<caf::mailbox_element_ptr> waiting;
  while (auto next = queue.take_front()) {
    waiting.push_back(std::move(next));
  }
  if (waiting.size() > 1) {
    const auto chosen = random_.below(static_cast<std::uint32_t>(waiting.size()));
    const auto first = std::find_if(waiting.begin(), waiting.end(), [&](const auto& each) {
      return each->sender == waiting[chosen]->sender;
    });
    std::rotate(waiting.begin(), first, first + 1);
  }
  for (auto& each : waiting) {
    queue.push_back(std::move(each));
  }
}

bool SeededSystem::step() {
  if (!scheduler_->has_job()) {
    return false;
  }
  choose();
  if (auto* const actor = actor_of(scheduler_->jobs.front())) {
    note(*actor);
    if (random_.chance(overtakes_)) {
      let_another_overtake(*actor);
    }
    const std::type_info* const message = next_message(*actor);
    trace_.add(message == nullptr ? 0 : message->hash_code(), actor->id(),
               [name = actor->name(), id = actor->id(), message] {
                 return std::string(name) + " " + std::to_string(id) + ": " + readable(message);
               });
  }
  scheduler_->run_once();
  return true;
}

bool SeededSystem::deliver_delayed() {
  if (!scheduler_->has_pending_timeout()) {
    return false;
  }
  trace_.note("a delayed message");
  return scheduler_->trigger_timeout();
}

void SeededSystem::advance(Milliseconds step) {
  scheduler_->advance_time(step);
}

void SeededSystem::kill() {
  for (caf::resumable* const job : scheduler_->jobs) {
    if (const auto* const actor = actor_of(job)) {
      note(*actor);
    }
  }
  for (const caf::actor_addr& each : known_) {
    kill(each);
  }
  while (scheduler_->has_job()) {
    const auto* const actor = actor_of(scheduler_->jobs.front());
    if (actor != nullptr && known_.insert(actor->address()).second) {
      kill(actor->address());  // it was spawned by one that ended
    }
    scheduler_->run_once();
  }
  known_.clear();
  scheduler_->clock().cancel_all();
}

void SeededSystem::kill(const caf::actor_addr& victim) {
  if (const auto actor = caf::actor_cast<caf::strong_actor_ptr>(victim)) {
    // Before all other messages that it has.
    actor->enqueue(nullptr, caf::make_message_id(caf::message_priority::high),
                   caf::make_message(caf::exit_msg{victim, caf::exit_reason::kill}), nullptr);
  }
}

}  // namespace duroxide::simulation
