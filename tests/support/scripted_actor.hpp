#pragma once

// Partners for the actors under test: they keep what they are sent until the test looks at it, and
// answer what the test says, when it says so.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <typeindex>
#include <utility>

#include <catch2/catch.hpp>

#include <duroxide/provider.hpp>

#include "support/deterministic_system.hpp"

namespace duroxide::test {

/// Something for a scripted actor to do on its own turn: answers must come from there.
struct Perform {
  std::function<void()> action;
};

/// A request that was received, and the way to answer it.
template <class Request, class Response>
struct Asked {
  using Message = Request;

  Request request;
  actors::Promise<Response> promise;
};

/// A message that nobody answers.
template <class Told>
struct Received {
  using Message = Told;

  Told request;
};

}  // namespace duroxide::test

DUROXIDE_MESSAGE(duroxide::test::Perform)

namespace duroxide::test {

/// An actor with the interface `Interface`, whose messages are described by `Entries`, in the order
/// of the interface. A cheap handle; copies are the same actor.
template <class Interface, class... Entries>
class ScriptedActor {
 public:
  explicit ScriptedActor(DeterministicSystem& system)
      : system_(&system),
        inbox_(std::make_shared<Inbox>()),
        hooks_(std::make_shared<Hooks>()),
        actor_(system.get().spawn<Impl>(inbox_, hooks_)) {}

  [[nodiscard]] Interface actor() const { return caf::actor_cast<Interface>(actor_); }

  /// How many messages of this type wait to be taken.
  template <class Message>
  [[nodiscard]] std::size_t count() const {
    return queue<Message>().size();
  }

  /// The oldest message of this type, which stays; the test fails if there is none.
  template <class Message>
  [[nodiscard]] const auto& first() const {
    const auto& waiting = queue<Message>();
    REQUIRE_FALSE(waiting.empty());
    return waiting.front();
  }

  /// Takes the oldest message of this type; the test fails if there is none.
  template <class Message>
  [[nodiscard]] auto take() const {
    auto& waiting = queue<Message>();
    REQUIRE_FALSE(waiting.empty());
    auto first = std::move(waiting.front());
    waiting.pop_front();
    return first;
  }

  /// Takes the oldest message of this type, answers it and lets everybody go on.
  template <class Message, class Response>
  Message answer(Response response) const {
    auto asked = take<Message>();
    answer_to(asked, std::move(response));
    return std::move(asked.request);
  }

  /// Answers a message taken before and lets everybody go on.
  template <class Message, class Response, class Given>
  void answer_to(const Asked<Message, Response>& asked, Given response) const {
    actors::send_from_outside(
        actor_, Perform{[promise = asked.promise, value = Response(std::move(response))]() mutable {
          promise.deliver(std::move(value));
        }});
    system_->run();
  }

  /// Has `action` run whenever a message of this type has come, on the actor's own turn, so that it
  /// may answer what it takes by itself. For calls that block.
  template <class Message>
  void whenever(std::function<void()> action) const {
    (*hooks_)[typeid(Message)] = std::move(action);
  }

  /// Ends the actor without answering what it still holds.
  void end() const {
    actors::stop(actor_);
    system_->run();
  }

 private:
  using Inbox = std::tuple<std::deque<Entries>...>;
  using Hooks = std::map<std::type_index, std::function<void()>>;
  using Extended = typename Interface::template extend<actors::Accepts<Perform>>;

  class Impl final : public Extended::base {
   public:
    Impl(caf::actor_config& config, std::shared_ptr<Inbox> inbox, std::shared_ptr<Hooks> hooks)
        : Extended::base(config), inbox_(std::move(inbox)), hooks_(std::move(hooks)) {}

    typename Extended::behavior_type make_behavior() override {
      return {handler(static_cast<Entries*>(nullptr))...,
              [](const Perform& perform) { perform.action(); }};
    }

    /// The promises hold this actor and those who asked: without this none would ever be freed.
    void on_exit() override {
      std::apply([](auto&... queue) { (queue.clear(), ...); }, *inbox_);
    }

   private:
    template <class Request, class Response>
    auto handler(Asked<Request, Response>*) {
      return [this](Request& request) -> actors::Promise<Response> {
        auto promise = this->template make_response_promise<Response>();
        std::get<std::deque<Asked<Request, Response>>>(*inbox_).push_back(
            {std::move(request), promise});
        has_come(typeid(Request));
        return promise;
      };
    }
    template <class Message>
    auto handler(Received<Message>*) {
      return [this](Message& message) {
        std::get<std::deque<Received<Message>>>(*inbox_).push_back({std::move(message)});
        has_come(typeid(Message));
      };
    }

    void has_come(const std::type_index& message) const {
      if (const auto hook = hooks_->find(message); hook != hooks_->end()) {
        hook->second();
      }
    }

    std::shared_ptr<Inbox> inbox_;
    std::shared_ptr<Hooks> hooks_;
  };

  template <class Message>
  [[nodiscard]] auto& queue() const {
    return queue_of<Message, 0>();
  }
  template <class Message, std::size_t I>
  [[nodiscard]] auto& queue_of() const {
    using Entry = std::tuple_element_t<I, std::tuple<Entries...>>;
    if constexpr (std::is_same_v<typename Entry::Message, Message>) {
      return std::get<I>(*inbox_);
    } else {
      return queue_of<Message, I + 1>();
    }
  }

  DeterministicSystem* system_;
  std::shared_ptr<Inbox> inbox_;
  std::shared_ptr<Hooks> hooks_;
  Extended actor_;
};

}  // namespace duroxide::test
