#pragma once

// Partners for the actors under test: they keep what they are sent until the test looks at it, and
// answer what the test says, when it says so.

#include <deque>
#include <functional>
#include <memory>
#include <tuple>
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
        actor_(system.get().spawn<Impl>(inbox_)) {}

  [[nodiscard]] Interface actor() const { return caf::actor_cast<Interface>(actor_); }

  /// How many messages of this type wait to be taken.
  template <class Message>
  [[nodiscard]] std::size_t count() const {
    return queue<Message>().size();
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

  /// Ends the actor without answering what it still holds.
  void end() const {
    actors::stop(actor_);
    system_->run();
  }

 private:
  using Inbox = std::tuple<std::deque<Entries>...>;
  using Extended = typename Interface::template extend<actors::Accepts<Perform>>;

  class Impl final : public Extended::base {
   public:
    Impl(caf::actor_config& config, std::shared_ptr<Inbox> inbox)
        : Extended::base(config), inbox_(std::move(inbox)) {}

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
        return promise;
      };
    }
    template <class Message>
    auto handler(Received<Message>*) {
      return [this](Message& message) {
        std::get<std::deque<Received<Message>>>(*inbox_).push_back({std::move(message)});
      };
    }

    std::shared_ptr<Inbox> inbox_;
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
  Extended actor_;
};

}  // namespace duroxide::test
