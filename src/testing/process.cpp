#include "testing/process.hpp"

#include <set>
#include <string>
#include <utility>

#include <duroxide/provider.hpp>
#include <duroxide/testing/mock.hpp>

#include "engine/opening.hpp"
#include "model/metrics.hpp"
#include "protocol/store_impl.hpp"
#include "provider/start_store.hpp"
#include "runtime/runtime_access.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// The actor system, and who has run in it.
class Process::Actors final : public duroxide::detail::ActorSystemImpl {
 public:
  Actors()
      : config_(std::make_unique<Config>()),
        system_(std::make_unique<caf::actor_system>(*config_)),
        scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler())) {}
  ~Actors() override {
    kill_all();
    { const actors::SpawnsFromOutside until_now; }  // else the system would wait for this thread
    if (system_->registry().running() != 0) {
      // The system would wait for an actor that somebody holds for ever. So it stays.
      (void)system_.release();
      (void)config_.release();
    }
  }

  [[nodiscard]] caf::actor_system& get() override { return *system_; }

  bool step() {
    if (!scheduler_.has_job()) {
      return false;
    }
    note(scheduler_.jobs.front());
    scheduler_.run_once();
    return true;
  }

  void pass_time(Milliseconds step) { scheduler_.advance_time(step); }

  /// Ends every actor before it handles another message, and throws away what they were sent.
  void kill_all() {
    for (caf::resumable* const job : scheduler_.jobs) {
      note(job);
    }
    for (const caf::actor_addr& each : known_) {
      kill(each);
    }
    while (scheduler_.has_job()) {
      if (const auto* const actor = actor_of(scheduler_.jobs.front())) {
        if (known_.insert(actor->address()).second) {
          kill(actor->address());  // it was spawned by one that ended
        }
      }
      scheduler_.run_once();
    }
    known_.clear();
    scheduler_.clock().cancel_all();
  }

 private:
  struct Config : caf::actor_system_config {
    Config() { actors::configure_deterministic(*this); }
  };

  [[nodiscard]] static caf::scheduled_actor* actor_of(caf::resumable* job) {
    return job->subtype() == caf::resumable::scheduled_actor
               ? static_cast<caf::scheduled_actor*>(job)
               : nullptr;
  }
  void note(caf::resumable* job) {
    if (const auto* const actor = actor_of(job)) {
      known_.insert(actor->address());
    }
  }
  static void kill(const caf::actor_addr& victim) {
    if (const auto actor = caf::actor_cast<caf::strong_actor_ptr>(victim)) {
      // Before all other messages that it has.
      actor->enqueue(nullptr, caf::make_message_id(caf::message_priority::high),
                     caf::make_message(caf::exit_msg{victim, caf::exit_reason::kill}), nullptr);
    }
  }

  std::unique_ptr<Config> config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator& scheduler_;
  std::set<caf::actor_addr> known_;
};

Process::Process(const Parts& parts) : actors_(std::make_shared<Actors>()) {
  storage::ProviderParts store;
  store.opening = storage::begin_opening(*parts.bytes);
  store.store = parts.bytes;
  store.clock = parts.clock;
  store.log = parts.options.log_sink();
  store.options.metrics = std::make_shared<model::Metrics>();
  store_ = duroxide::detail::start_store(duroxide::detail::StoreAccess::make_system(actors_),
                                         std::move(store));
  client_.emplace(*store_);
  runtime_.emplace(*store_, RuntimeOptions(parts.options).control_socket(false));
  parts.registrations(*runtime_);
  if (const auto started = runtime_->start(); !started) {
    throw TestError("the runtime of the test does not start: " + started.error().message);
  }
}

Process::~Process() {
  actors_->kill_all();
  runtime_.reset();
  client_.reset();
  store_.reset();
}

bool Process::step() {
  return actors_->step();
}

void Process::pass_time(Milliseconds step) {
  actors_->pass_time(step);
}

std::optional<Timestamp> Process::next_wake() const {
  return duroxide::detail::RuntimeAccess::next_wake(*runtime_);
}

void Process::finish(const ActivityToken& activity, WorkItem completion) {
  actors::send_from_outside(provider_of(*store_),
                            provider::CompleteActivity{{activity.instance, activity.execution_id,
                                                        activity.event_id, activity.incarnation},
                                                       std::move(completion)});
}

void Process::stop() {
  runtime_->stop();
  runtime_.reset();
  client_.reset();
  store_.reset();
  while (actors_->step()) {
  }
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
