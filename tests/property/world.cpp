#include "property/world.hpp"

#include <algorithm>

#include "model/encoding.hpp"
#include "property/histories.hpp"

namespace duroxide::property {

namespace {

constexpr std::size_t most_turns = 3'000;
constexpr std::uint32_t patience = 40;  ///< rounds of events for whoever waits for one

/// Each event that is raised is another; all else may come twice.
bool may_come_twice(const WorkItem& item) {
  return !std::holds_alternative<work::ExternalRaised>(item) &&
         !std::holds_alternative<work::QueueMessage>(item);
}

}  // namespace

World::World(const Program& program, std::uint64_t seed, Disturbance disturbance)
    : random_(seed), disturbing_(seed ^ 0x5eedU), disturbance_(disturbance) {
  for (std::uint32_t i = 0; i < program.orchestrations.size(); ++i) {
    auto environment = std::make_shared<Environment>();
    environment->program = &program;
    environment->index = i;
    environment->observer.violation = [this](const std::string& what) { problem(what); };
    if (disturbance == Disturbance::none) {
      environment->observer.received = [this](const std::string& data) {
        if (!received_.insert(data).second) {
          problem("the event " + data + " was delivered twice");
        }
      };
    }
    environments_.push_back(std::move(environment));
  }
  if (random_.chance(10)) {
    history_limit_ = 20 + random_.below(40);
  }
  send(work::StartOrchestration{"root", orchestration_name(*environments_[0], 0), "2", {}, {}});
  plan_outside_messages();
}

void World::problem(const std::string& what) {
  if (problem_.empty()) {
    problem_ = what;
  }
}

void World::plan_outside_messages() {
  const std::uint32_t events = random_.below(8);
  for (std::uint32_t i = 0; i < events; ++i) {
    std::string data = "e" + std::to_string(++events_sent_);
    if (random_.chance(70)) {
      post(work::ExternalRaised{"root", "E" + std::to_string(random_.below(3)), std::move(data)},
           random_.below(120));
    } else {
      post(work::QueueMessage{"root", "Q" + std::to_string(random_.below(2)), std::move(data)},
           random_.below(120));
    }
  }
  for (std::uint32_t updates = random_.chance(40) ? random_.below(5) : 0; updates > 0; --updates) {
    const std::string number = std::to_string(++events_sent_);
    post(work::UpdateRequest{"root", "u" + number, "U" + std::to_string(random_.below(2)), number},
         random_.below(120));
  }
  if (random_.chance(50)) {
    post(work::CancelInstance{"root", "outside"}, random_.below(random_.chance(50) ? 40 : 200));
  }
  if (random_.chance(10)) {
    post(work::CancelInstance{"root", "again"}, random_.below(200));
  }
}

void World::post(WorkItem item, std::int64_t delay) {
  const std::string instance = target_instance(item);
  pending_.emplace(When{now_ + delay, ++next_order_}, Pending{instance, std::move(item)});
}

bool World::create(const work::StartOrchestration& start) {
  if (instances_.count(start.instance) != 0) {
    return false;
  }
  Instance& instance = instances_[start.instance];
  instance.start = start;
  instance.parent = start.parent;
  lives_[start.instance].orchestration = start.orchestration;
  lives_[start.instance].histories.emplace_back();
  pending_.emplace(When{now_ + random_.below(6), ++next_order_}, Pending{start.instance, {}});
  return true;
}

/// For those that wait for events which nobody has planned; in the end they are cancelled, and then
/// ended by force. Returns false when nobody is left.
bool World::nudge() {
  bool is_somebody_left = false;
  ++nudges_;
  for (auto& [id, instance] : instances_) {
    if (instance.is_finished) {
      continue;
    }
    is_somebody_left = true;
    if (nudges_ == patience) {
      post(work::CancelInstance{id, "out of patience"}, 0);
    } else if (nudges_ > 2 * patience) {
      problem("instance " + id + " hangs:\n" + to_text(lives_[id].histories.back()));
      return false;
    }
    for (const char* name : {"E0", "E1", "E2"}) {
      post(work::ExternalRaised{id, name, "e" + std::to_string(++events_sent_)}, random_.below(20));
    }
    for (const char* name : {"Q0", "Q1"}) {
      post(work::QueueMessage{id, name, "e" + std::to_string(++events_sent_)}, random_.below(20));
    }
  }
  return is_somebody_left;
}

void World::run(const std::vector<Turn>* expected) {
  expected_ = expected;
  while (problem_.empty()) {
    if (pending_.empty() && !nudge()) {
      break;
    }
    if (++turn_count_ > most_turns) {
      problem("it does not end");
      break;
    }
    const auto first = pending_.begin();
    const std::string id = first->second.instance;
    std::int64_t until = first->first.first;
    now_ = std::max(now_, until);
    until += random_.chance(35) ? random_.below(25) : 0;
    std::vector<WorkItem> messages;
    Instance& instance = instances_[id];
    if (instance.start && !instance.is_finished) {
      messages.push_back(*std::exchange(instance.start, std::nullopt));
    }
    for (auto each = first; each != pending_.end() && each->first.first <= until;) {
      if (each->second.instance != id) {
        ++each;
        continue;
      }
      now_ = std::max(now_, each->first.first);
      if (each->second.item) {
        if (may_come_twice(*each->second.item) && random_.chance(6)) {
          post(*each->second.item, random_.below(50));
        }
        messages.push_back(std::move(*each->second.item));
      }
      each = pending_.erase(each);
    }
    if (!instance.is_finished && !messages.empty()) {
      turn(id, messages);
    }
  }
}

std::unique_ptr<replay::Execution> World::make_execution(const std::string& instance,
                                                         std::uint64_t execution_id) {
  const std::string& name = lives_[instance].orchestration;
  const auto& environment = environments_.at(static_cast<std::size_t>(name.at(1) - '0'));
  replay::Assignment assignment{instance, execution_id, name, "1.0.0", nullptr};
  assignment.handler = std::make_shared<const OrchestrationHandler>(
      [environment](OrchestrationContext context, std::string input) {
        return interpret(context, environment.get(), std::move(input));
      });
  return std::make_unique<replay::Execution>(std::move(assignment), services());
}

void World::return_to(const std::vector<Event>& events) {
  now_ = to_milliseconds(events.front().timestamp);
  for (const Event& event : events) {
    if (const auto* recorded = std::get_if<event::GuidRecorded>(&event.kind)) {
      guids_ = std::stoull(recorded->guid.substr(recorded->guid.find('-') + 1)) - 1;
      return;
    }
  }
}

replay::TurnServices World::services() {
  replay::TurnServices services;
  services.now = [this] { return from_milliseconds(now_); };
  services.new_guid = [this] { return "guid-" + std::to_string(++guids_); };
  services.log = [this](const LogRecord& record) { logged_.push_back(record.message); };
  services.history_warning = 25;
  services.history_limit = history_limit_;
  services.max_values = 3;
  services.max_value_bytes = 24;
  services.max_custom_status_bytes = 24;
  return services;
}

void World::turn(const std::string& id, const std::vector<WorkItem>& messages) {
  Instance& instance = instances_[id];
  std::vector<Event>& history = lives_[id].histories.back();
  disturb();
  const std::uint64_t guids = guids_;
  const auto prepare = [&] {
    if (!instance.execution) {
      instance.execution = make_execution(id, instance.execution_id);
      if (!history.empty()) {
        instance.execution->replay(history);
      }
    }
    guids_ = guids;  // those that a replay asks for are not used
  };
  logged_.clear();
  if (disturbance_ == Disturbance::at_random && disturbing_.chance(10)) {
    prepare();
    (void)instance.execution->run(messages);  // its commit fails
    instance.execution.reset();
    logged_.clear();
  }
  if (disturbance_ == Disturbance::always ||
      (disturbance_ == Disturbance::at_random && disturbing_.chance(30))) {
    instance.execution.reset();
  }
  prepare();
  Turn done{id, messages, instance.execution->run(messages), {}};
  done.logged = std::exchange(logged_, {});
  if (expected_ != nullptr) {
    const std::size_t index = turn_count_ - 1;
    std::string different =
        index < expected_->size() ? difference((*expected_)[index], done) : "a turn too many";
    if (!different.empty()) {
      problem("instance " + id + " in turn " + std::to_string(turn_count_) + ": " + different +
              "\nits history until then:\n" + to_text(history));
      return;
    }
  } else {
    turns_.resize(turn_count_);
    turns_.back() = done;
  }
  apply(id, done.result);
}

void World::apply(const std::string& id, replay::TurnResult& result) {
  Instance& instance = instances_[id];
  std::vector<Event>& history = lives_[id].histories.back();
  history.insert(history.end(), result.events.begin(), result.events.end());
  for (const auto& activity : result.activities) {
    answer(activity);
  }
  for (const auto& timer : result.timers) {
    post(timer, std::max<std::int64_t>(0, to_milliseconds(timer.fire_at) - now_));
  }
  const auto stop = [&](std::uint64_t event_id) {
    for (auto each = pending_.begin(); each != pending_.end();) {
      const WorkItem* item = each->second.item ? &*each->second.item : nullptr;
      const auto is_it = [&](const auto* answer) {
        return answer != nullptr && answer->instance == id && answer->id == event_id &&
               answer->execution_id == instance.execution_id;
      };
      const bool found = item != nullptr && (is_it(std::get_if<work::ActivityCompleted>(item)) ||
                                             is_it(std::get_if<work::ActivityFailed>(item)) ||
                                             is_it(std::get_if<work::TimerFired>(item)));
      // Some are on their way already.
      each = found && random_.chance(70) ? pending_.erase(each) : std::next(each);
    }
  };
  for (const std::uint64_t event_id : result.cancelled_activities) {
    stop(event_id);
  }
  for (const auto& timer : result.cancelled_timers) {
    stop(timer.id);
  }
  for (auto& change : result.values) {
    if (change.value) {
      instance.values[change.key] = change.value->value;
    } else {
      instance.values.erase(change.key);
    }
  }
  if (const auto* failed = std::get_if<replay::Failed>(&result.outcome)) {
    const ErrorKind kind = failed->details.kind;
    if (kind == ErrorKind::nondeterminism || kind == ErrorKind::spurious_suspension ||
        kind == ErrorKind::storage) {
      problem("instance " + id + " failed: " + failed->details.message + "\n" + to_text(history));
    }
  }
  const bool is_next = std::holds_alternative<replay::ContinuedAsNew>(result.outcome);
  if (result.is_terminal()) {
    if (std::string wrong = check_history(history, true); !wrong.empty()) {
      problem("instance " + id + ": " + wrong + "\n" + to_text(history));
    }
    instance.execution.reset();
    instance.is_finished = !is_next;
  }
  if (is_next) {
    ++instance.execution_id;
    lives_[id].histories.emplace_back();
  }
  for (WorkItem& item : result.messages) {
    send(std::move(item));
  }
}

void World::send(WorkItem item) {
  if (auto* start = std::get_if<work::StartOrchestration>(&item)) {
    if (!create(*start) && start->parent) {
      post(work::SubOrchFailed{start->parent->instance, start->parent->execution_id,
                               start->parent->event_id,
                               application_error(ErrorKind::instance_already_exists, "taken")},
           random_.below(10));
    }
  } else if (auto* next = std::get_if<work::ContinueAsNew>(&item)) {
    const std::string id = next->instance;
    instances_[id].start = std::move(item);
    pending_.emplace(When{now_, ++next_order_}, Pending{id, {}});
  } else if (const auto* read = std::get_if<work::ReadKeyValue>(&item)) {
    work::KeyValueRead answer{
        read->reader.instance, read->reader.execution_id, read->reader.event_id, {}};
    const auto found = instances_.find(read->instance);
    if (found != instances_.end() && found->second.values.count(read->key) != 0) {
      answer.value = found->second.values[read->key];
    }
    post(std::move(answer), random_.below(10));
  } else if (const auto* cancel = std::get_if<work::CancelInstance>(&item)) {
    const auto found = instances_.find(cancel->instance);
    if (found != instances_.end() && (!cancel->parent || found->second.parent == cancel->parent)) {
      post(std::move(item), random_.below(10));
    }
  } else {
    post(std::move(item), random_.below(10));
  }
}

void World::answer(const work::ActivityExecute& activity) {
  const std::int64_t delay = activity.name == "A9" ? 100 + random_.below(200) : random_.below(40);
  const bool fails = activity.name == "A6" || (activity.name == "A8" && random_.chance(50)) ||
                     (activity.name == "A7" && random_.chance(60));
  if (!fails) {
    post(work::ActivityCompleted{activity.instance, activity.execution_id, activity.id,
                                 "r" + activity.input},
         delay);
    return;
  }
  ErrorDetails details =
      application_error(ErrorKind::activity_failed, "a" + activity.name.substr(1));
  if (activity.name == "A8") {
    details.category = ErrorCategory::configuration;
  }
  post(work::ActivityFailed{activity.instance, activity.execution_id, activity.id,
                            std::move(details)},
       delay);
}

void World::disturb() {
  if (disturbance_ == Disturbance::at_random && disturbing_.chance(6)) {
    evict_all();
  }
}

/// A restart: what is left is what a store has kept, in its own encoding.
void World::evict_all() {
  for (auto& [id, instance] : instances_) {
    instance.execution.reset();
    std::vector<Event>& history = lives_[id].histories.back();
    history = model::decode_events(model::encode_events(history)).value();
    if (instance.start) {
      instance.start = model::decode_work_item(model::encode_work_item(*instance.start)).value();
    }
  }
  for (auto& [when, pending] : pending_) {
    if (pending.item) {
      pending.item = model::decode_work_item(model::encode_work_item(*pending.item)).value();
    }
  }
}

}  // namespace duroxide::property
