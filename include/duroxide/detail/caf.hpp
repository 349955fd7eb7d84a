#pragma once

// Everything that differs between releases of CAF stands here, and nowhere else: how an actor
// interface is declared, how a message type is admitted, how messages are sent and asked for, how
// actors are started and the scheduler is set up. Written for CAF 0.17.6.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/logger.hpp>
#include <caf/replies_to.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI::actors {

template <class Request, class Response>
using Replies = typename caf::replies_to<Request>::template with<Response>;

template <class Message>
using Accepts = caf::reacts_to<Message>;

template <class... Signatures>
using Actor = caf::typed_actor<Signatures...>;

template <class Response>
using Promise = caf::typed_response_promise<Response>;

/// Answers that there will be no answer: whoever asked is told as if the actor had ended.
template <class Response>
void refuse(Promise<Response>& promise) {
  if (promise.pending()) {
    promise.deliver(caf::make_error(caf::sec::runtime_error));
  }
}

/// What a handler returns that has handed its request on: somebody else answers.
template <class Response>
using Delegated = caf::delegated<Response>;

/// An actor without an interface, which answers with messages that it need not know the type of.
using DynamicActor = caf::actor;
using DynamicActorBase = caf::event_based_actor;
using Message = caf::message;

template <class Value>
[[nodiscard]] Message make_message_of(Value value) {
  return caf::make_message(std::move(value));
}

/// An actor with a thread of its own.
inline constexpr auto own_thread = caf::detached;

/// The scheduler settings that measured best: one shared queue (work stealing lets work that a busy
/// worker enqueued lie for up to 10 ms), short turns for each actor, and a thread for each core. A system
/// of our own has another scheduler, which takes only the length of a turn from here.
inline void configure(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-throughput", 50U);
  config.set("scheduler.max-threads",
             static_cast<std::size_t>(std::max(1U, std::thread::hardware_concurrency())));
}

/// A scheduler without threads, for tests that run every message themselves.
inline void configure_deterministic(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
}

inline bool is_deterministic(caf::actor_system& system) {
  return caf::get_or(system.config(), "scheduler.policy", caf::atom("sharing")) ==
         caf::atom("testing");
}

/// To be had on a thread that is not the system's while it spawns actors, or makes or ends a system. CAF
/// remembers the system with every thread that does so, and a system does not end before all of these
/// threads have: at its end this makes the thread forget it.
class SpawnsFromOutside {
 public:
  SpawnsFromOutside() = default;
  SpawnsFromOutside(const SpawnsFromOutside&) = delete;
  SpawnsFromOutside& operator=(const SpawnsFromOutside&) = delete;
  ~SpawnsFromOutside() { caf::logger::set_current_actor_system(nullptr); }
};

/// Sends without waiting for an answer. `self` is the sender the receiver sees.
template <class Self, class Receiver, class Message>
void send(Self* self, const Receiver& receiver, Message&& message) {
  self->send(receiver, std::forward<Message>(message));
}

/// Sends from outside any actor.
template <class Receiver, class Message>
void send_from_outside(const Receiver& receiver, Message&& message) {
  caf::anon_send(receiver, std::forward<Message>(message));
}

/// Sends `message` to `self` after `delay`. Cannot be taken back.
template <class Self, class Message>
void send_later(Self* self, std::chrono::milliseconds delay, Message&& message) {
  self->delayed_send(self, delay, std::forward<Message>(message));
}

/// Where the clock stands by which `send_later` counts its delays. It never goes back, and no jump of the
/// system's clock moves it.
template <class Self>
[[nodiscard]] auto time_of_delays(Self* self) {
  return self->home_system().clock().now();
}

/// Asks, and calls `on_answer` with the response on the actor's own turn. `on_gone` is called if the
/// receiver ended before it answered.
template <class Self, class Receiver, class Message, class OnAnswer, class OnGone>
void ask(Self* self, const Receiver& receiver, Message&& message, OnAnswer on_answer,
         OnGone on_gone) {
  self->request(receiver, caf::infinite, std::forward<Message>(message))
      .then(std::move(on_answer),
            [on_gone = std::move(on_gone)](const caf::error&) mutable { on_gone(); });
}

/// Ends an actor in an orderly way: it handles what it has received before, then stops.
template <class Receiver>
void stop(const Receiver& receiver) {
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
}

/// Calls `on_end` on the actor's own turn once `other` has ended; soon, if it has ended already. An
/// actor can watch one other.
template <class Self, class Other, class OnEnd>
void watch(Self* self, const Other& other, OnEnd on_end) {
  self->set_down_handler([on_end = std::move(on_end)](caf::down_msg&) { on_end(); });
  self->monitor(other);
}

/// Takes that back. Whoever is watched keeps the memory of all who watch it, of those too that have
/// ended, so an actor that ends before the other does this.
template <class Self, class Other>
void stop_watching(Self* self, const Other& other) {
  self->demonitor(other.address());
}

/// Whether an actor has ended.
template <class Receiver>
[[nodiscard]] bool has_ended(const Receiver& receiver) {
  const auto* actor = caf::actor_cast<caf::abstract_actor*>(receiver);
  return actor == nullptr || actor->getf(caf::abstract_actor::is_terminated_flag);
}

/// Calls `task` once, on a thread made for it; in a deterministic system, as the next message.
template <class Task>
void run_aside(caf::actor_system& system, Task task) {
  // Goes in as an argument: CAF 0.17 dereferences null for a function that has none.
  auto shared = std::make_shared<Task>(std::move(task));
  const auto body = [](caf::event_based_actor*, const std::shared_ptr<Task>& given) { (*given)(); };
  if (is_deterministic(system)) {
    system.spawn(body, std::move(shared));
  } else {
    system.spawn<own_thread>(body, std::move(shared));
  }
}

/// Runs the messages of a deterministic system, one by one, until `done` or until none is left.
template <class Predicate>
void run_until(caf::actor_system& system, Predicate done) {
  auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  while (!done() && scheduler.try_run_once()) {
  }
}

}  // namespace duroxide::DUROXIDE_ABI::actors

/// Admits each type of a family as a message: `DUROXIDE_MESSAGE_TEMPLATE(template <class T>, Box<T>)`.
#define DUROXIDE_MESSAGE_TEMPLATE(head, ...)                                \
  namespace caf {                                                           \
  head struct allowed_unsafe_message_type<__VA_ARGS__> : std::true_type {}; \
  }

/// Admits a type as a message. Our messages never leave the process, so they need no serialisation.
#define DUROXIDE_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
