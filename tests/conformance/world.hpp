#pragma once

// A store in a deterministic actor system, with scripted partners that talk to it. Nothing happens
// but in `run`, no thread is started, nothing sleeps, and time is what the test says.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <caf/scheduler/test_coordinator.hpp>

#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "conformance/stores.hpp"
#include "conformance/temp_dir.hpp"

namespace duroxide::conformance {

/// What a partner does when it is told to.
struct Do {
  std::function<void(caf::event_based_actor*)> what;
};

}  // namespace duroxide::conformance

DUROXIDE_MESSAGE(duroxide::conformance::Do)

namespace duroxide::conformance {

/// An answer that may not have come yet.
template <class T>
class Pending {
 public:
  [[nodiscard]] bool answered() const { return state_->value.has_value(); }
  [[nodiscard]] bool gone() const { return state_->gone; }
  [[nodiscard]] const T& answer() const { return state_->value.value(); }
  [[nodiscard]] const auto& value() const { return answer().value(); }
  [[nodiscard]] const ProviderError& error() const { return answer().error(); }

  struct State {
    std::optional<T> value;
    bool gone = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class System;

/// An actor that sends what the test says and keeps the answers.
class Partner {
 public:
  Partner(System& system, ProviderActor provider);

  /// Sends a request to the provider. Nothing moves until the system runs. Defined in `asks.cpp`, once
  /// for each request and for all files of tests: what the actor library makes of it takes a second.
  template <class Response, class Request>
  Pending<Response> ask(Request request);
  /// The same for a store's management; defined in `management_asks.cpp`.
  template <class Response, class Request>
  Pending<Response> ask_management(const ManagementActor& management, Request request);
  template <class Message>
  void send(Message message) {
    tell([receiver = provider_, message = std::move(message)](caf::event_based_actor* self) {
      actors::send(self, receiver, message);
    });
  }
  void die();

  /// Sends a request to any actor; defined in `asks.hpp`.
  template <class Response, class Request, class Receiver>
  Pending<Response> ask_actor(const Receiver& receiver, Request request);

 private:
  void tell(std::function<void(caf::event_based_actor*)> what);

  ProviderActor provider_;
  caf::actor actor_;
};

/// A deterministic actor system.
class System {
 public:
  System();
  ~System();
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  /// Handles every message there is; delayed ones stay.
  void run();
  /// Handles one message of one actor.
  bool step() { return scheduler_->try_run_once(); }
  /// Delivers the delayed messages, then handles everything.
  void run_delayed();
  [[nodiscard]] caf::actor_system& actors() { return *system_; }

 private:
  struct Config;
  std::unique_ptr<Config> config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
};

using Items = std::vector<provider::OrchestrationItem>;
using WorkItems = std::vector<provider::WorkerItem>;

/// A store with everything around it, and short words for what tests do to it.
class World {
 public:
  explicit World(StoreUnderTest under_test);
  /// On one of a kind for which there is a function `StoreUnderTest store_of(Kind)` beside it.
  template <class Kind>
  requires std::is_enum_v<Kind>
  explicit World(Kind kind) : World(store_of(kind)) {}
  /// On a store of the test's own making.
  explicit World(const std::function<Store(ActorSystem, std::shared_ptr<Clock>)>& make);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  System system;
  std::shared_ptr<ManualClock> clock;
  std::optional<TempDir> directory;
  std::optional<Store> store;
  std::unique_ptr<Partner> client;      ///< enqueues, reads, waits
  std::unique_ptr<Partner> dispatcher;  ///< fetches turns
  std::unique_ptr<Partner> worker;      ///< fetches activities
  std::unique_ptr<Partner> timers;      ///< fetches timers

  void run() { system.run(); }
  /// Drops the store and runs until its actors have ended.
  void close();
  /// Drops it, and opens it again in its directory, if it `keeps` what it has. The partners are new.
  void reopen();
  /// Whether `reopen` makes sense.
  [[nodiscard]] bool keeps() const { return under_test_ && under_test_->keeps; }

  template <class Response, class Request>
  Response ask(Partner& partner, Request request) {
    auto pending = partner.ask<Response>(std::move(request));
    run();
    if (!pending.answered()) {
      system.run_delayed();  // the commit is held for a turn that the test leaves open
    }
    return pending.answer();
  }

  Done enqueue(WorkItem item, std::optional<Milliseconds> delay = {}, bool use_existing = false);
  /// Enqueues a start, which must succeed.
  void start(const std::string& id, const std::string& orchestration = "Test");
  void raise(const std::string& id, const std::string& name);

  Pending<provider::Answer<Items>> fetch_later(std::uint64_t max_items = 1);
  /// A fetch that must be answered. Leaves nothing parked.
  Items fetch(std::uint64_t max_items = 1);
  provider::OrchestrationItem fetch_one();
  /// Whether an instance is handed out; if not, ends the parked fetch.
  bool nothing_to_fetch();

  Done ack(const provider::AckOrchestrationItem& request);
  Done abandon(provider::LockToken token, Milliseconds delay = {}, bool ignore_attempt = false);

  WorkItems fetch_work(std::uint64_t max_items = 1);
  Done complete(const provider::WorkerItem& item, const std::string& result);

  provider::Answer<provider::DueTimers> due(std::optional<Timestamp> known = {});
  OrchestrationStatus status(const std::string& id);
  std::vector<Event> history(const std::string& id);

  template <class Response, class Request>
  Response manage(Request request) {
    if (!store->has_management()) {
      throw std::logic_error(
          "the store offers no management: leave out what has the tag [management]");
    }
    auto pending = client->ask_management<Response>(management_of(*store), std::move(request));
    run();
    return pending.answer();
  }

 private:
  void open();
  void add_partners();

  std::optional<StoreUnderTest> under_test_;
};

// Builders.

WorkItem start_item(const std::string& id, const std::string& orchestration = "Test",
                    std::optional<ParentLink> parent = {});
WorkItem raise_item(const std::string& id, const std::string& name, const std::string& data = "");
Event started_event(const std::string& orchestration = "Test", std::uint64_t id = 1);
Event scheduled_event(std::uint64_t id, const std::string& name = "Act");
work::ActivityExecute activity(const provider::OrchestrationItem& item, std::uint64_t id,
                               const std::string& input = "");
work::TimerFired timer(const provider::OrchestrationItem& item, std::uint64_t id,
                       Timestamp fire_at);

/// An ack of `item` that appends `events` (numbered on from what it has) and stays running.
provider::AckOrchestrationItem ack_of(const provider::OrchestrationItem& item,
                                      std::vector<Event> events = {});
provider::AckOrchestrationItem complete_of(const provider::OrchestrationItem& item,
                                           const std::string& output = "done");
provider::AckOrchestrationItem fail_of(const provider::OrchestrationItem& item,
                                       const std::string& message = "broken");
provider::AckOrchestrationItem continue_of(const provider::OrchestrationItem& item,
                                           const std::string& input = "next");

}  // namespace duroxide::conformance
