#include "conformance/world.hpp"

#include <stdexcept>

namespace duroxide::conformance {

using namespace provider;

struct System::Config : caf::actor_system_config {
  Config() { actors::configure_deterministic(*this); }
};

System::System()
    : config_(std::make_unique<Config>()),
      system_(std::make_unique<caf::actor_system>(*config_)),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler())) {}

System::~System() {
  run();
}

void System::run() {
  while (scheduler_->try_run_once()) {
  }
}

void System::run_delayed() {
  scheduler_->trigger_timeouts();
  run();
}

namespace {

class PartnerActor final : public caf::event_based_actor {
 public:
  using caf::event_based_actor::event_based_actor;

 protected:
  caf::behavior make_behavior() override {
    return {[this](const Do& task) { task.what(this); }};
  }
};

}  // namespace

Partner::Partner(System& system, ProviderActor provider)
    : provider_(std::move(provider)), actor_(system.actors().spawn<PartnerActor>()) {}

void Partner::tell(std::function<void(caf::event_based_actor*)> what) {
  actors::send_from_outside(actor_, Do{std::move(what)});
}

void Partner::die() {
  actors::stop(actor_);
}

World::World(StoreUnderTest under_test)
    : clock(std::make_shared<ManualClock>()), under_test_(std::move(under_test)) {
  directory.emplace();
  open();
}

World::World(const std::function<Store(ActorSystem, std::shared_ptr<Clock>)>& make)
    : clock(std::make_shared<ManualClock>()) {
  store = make(use_actor_system(system.actors()), clock);
  add_partners();
}

World::~World() {
  close();
}

void World::open() {
  store = under_test_->open(use_actor_system(system.actors()), clock, directory->path());
  add_partners();
}

void World::reopen() {
  close();
  open();
}

void World::add_partners() {
  const auto& provider = provider_of(*store);
  client = std::make_unique<Partner>(system, provider);
  dispatcher = std::make_unique<Partner>(system, provider);
  worker = std::make_unique<Partner>(system, provider);
  timers = std::make_unique<Partner>(system, provider);
}

void World::close() {
  store.reset();
  run();
  for (auto* partner : {&client, &dispatcher, &worker, &timers}) {
    if (*partner) {
      (*partner)->die();
      partner->reset();
    }
  }
  run();
}

Done World::enqueue(WorkItem item, std::optional<Milliseconds> delay, bool use_existing) {
  return ask<Done>(*client, EnqueueOrchestratorWork{std::move(item), delay, use_existing});
}

void World::start(const std::string& id, const std::string& orchestration) {
  enqueue(start_item(id, orchestration)).value();
}

void World::raise(const std::string& id, const std::string& name) {
  enqueue(raise_item(id, name)).value();
}

Pending<Answer<Items>> World::fetch_later(std::uint64_t max_items) {
  auto pending = dispatcher->ask<Answer<Items>>(FetchOrchestrationItem{max_items});
  run();
  return pending;
}

Items World::fetch(std::uint64_t max_items) {
  return fetch_later(max_items).value();
}

OrchestrationItem World::fetch_one() {
  const auto pending = fetch_later();
  if (!pending.answered()) {
    throw std::runtime_error("no instance was handed out");
  }
  return pending.value().at(0);
}

bool World::nothing_to_fetch() {
  // A partner of its own, so that ending the fetch gives nothing else back.
  Partner other(system, provider_of(*store));
  const auto pending = other.ask<Answer<Items>>(FetchOrchestrationItem{1});
  run();
  const bool nothing = !pending.answered();
  (void)other.ask<Done>(ReleaseHolder{});
  run();
  other.die();
  run();
  return nothing;
}

Done World::ack(const AckOrchestrationItem& request) {
  return ask<Done>(*dispatcher, request);
}

Done World::abandon(LockToken token, Milliseconds delay, bool ignore_attempt) {
  return ask<Done>(*dispatcher, AbandonOrchestrationItem{token, delay, ignore_attempt, {}, {}});
}

WorkItems World::fetch_work(std::uint64_t max_items) {
  auto pending = worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{max_items});
  run();
  if (!pending.answered()) {
    throw std::runtime_error("no activity was handed out");
  }
  return pending.value();
}

Done World::complete(const WorkerItem& item, const std::string& result) {
  return ask<Done>(
      *worker,
      AckWorker{item.lock_token, work::ActivityCompleted{item.item.instance, item.item.execution_id,
                                                         item.item.id, result}});
}

Answer<DueTimers> World::due(std::optional<Timestamp> known) {
  return ask<Answer<DueTimers>>(*timers, DequeueTimerPeekLock{100, known});
}

OrchestrationStatus World::status(const std::string& id) {
  return ask<Answer<OrchestrationStatus>>(*client, GetStatus{id}).value();
}

std::vector<Event> World::history(const std::string& id) {
  return ask<Answer<std::vector<Event>>>(*client, Read{id}).value();
}

WorkItem start_item(const std::string& id, const std::string& orchestration,
                    std::optional<ParentLink> parent) {
  return work::StartOrchestration{id, orchestration, "input", {}, std::move(parent)};
}

WorkItem raise_item(const std::string& id, const std::string& name, const std::string& data) {
  return work::ExternalRaised{id, name, data};
}

Event started_event(const std::string& orchestration, std::uint64_t id) {
  return Event{id, 0, from_milliseconds(5),
               event::OrchestrationStarted{orchestration, "1.0.0", "input", {}, {}}};
}

Event scheduled_event(std::uint64_t id, const std::string& name) {
  return Event{id, 0, from_milliseconds(6), event::ActivityScheduled{name, "", {}, {}}};
}

work::ActivityExecute activity(const OrchestrationItem& item, std::uint64_t id,
                               const std::string& input) {
  return {item.instance, item.execution_id, id, "Act", input, item.orchestration_name, "1.0.0"};
}

work::TimerFired timer(const OrchestrationItem& item, std::uint64_t id, Timestamp fire_at) {
  return {item.instance, item.execution_id, id, fire_at};
}

AckOrchestrationItem ack_of(const OrchestrationItem& item, std::vector<Event> events) {
  AckOrchestrationItem ack;
  ack.lock_token = item.lock_token;
  ack.execution_id = item.execution_id;
  if (events.empty()) {
    events.push_back(item.history_size == 0 ? started_event(item.orchestration_name)
                                            : scheduled_event(0));
  }
  auto id = item.history_size;
  for (Event& event : events) {
    event.event_id = ++id;
  }
  ack.events = std::move(events);
  ack.metadata.orchestration_name = item.orchestration_name;
  ack.metadata.orchestration_version = "1.0.0";
  return ack;
}

AckOrchestrationItem complete_of(const OrchestrationItem& item, const std::string& output) {
  auto ack = ack_of(item);
  ack.metadata.status = ExecutionStatus::completed;
  ack.metadata.output = output;
  return ack;
}

AckOrchestrationItem fail_of(const OrchestrationItem& item, const std::string& message) {
  auto ack = ack_of(item);
  ack.metadata.status = ExecutionStatus::failed;
  ack.metadata.failure = application_error(ErrorKind::orchestration_failed, message);
  return ack;
}

AckOrchestrationItem continue_of(const OrchestrationItem& item, const std::string& input) {
  auto ack = ack_of(item);
  ack.metadata.status = ExecutionStatus::continued_as_new;
  ack.metadata.output = input;
  ack.orchestrator_items.push_back(work::ContinueAsNew{
      item.instance, item.execution_id + 1, item.orchestration_name, input, {}, {}, {}});
  return ack;
}

}  // namespace duroxide::conformance
