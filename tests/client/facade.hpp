#pragma once

// The facade on a scripted store, in a deterministic system: a blocking call runs the messages
// itself.

#include <stdexcept>

#include <duroxide/client.hpp>

#include "support/scripted_provider.hpp"

namespace duroxide::test {

struct FacadeFixture {
  DeterministicSystem system;
  ScriptedProvider provider{system};
  std::optional<Client> client;

  FacadeFixture() {
    client.emplace(make_store(system.handle(), std::make_shared<ManualClock>(), provider.actor()));
  }
  ~FacadeFixture() {
    provider.end();
    client.reset();
  }

  /// Starts a call that calls back, lets the store answer, and returns what came.
  template <class Message, class Call>
  Message served(const Call& call, duroxide::Done answer,
                 std::optional<ClientError>* error = nullptr) {
    std::optional<Client::Done> done;
    call([&](const Client::Done& result) { done = result; });
    system.run();
    auto request = provider.answer<Message>(std::move(answer));
    REQUIRE(done);
    CHECK(done->has_value() == (error == nullptr));
    if (error != nullptr && !*done) {
      *error = done->error();
    }
    return request;
  }
  /// The same for requests that answer with more than an error.
  template <class Message, class Outcome, class Call, class Response>
  Message answered(const Call& call, Response answer, std::optional<Outcome>& outcome) {
    call([&](const Outcome& result) { outcome = result; });
    system.run();
    auto request = provider.answer<Message>(std::move(answer));
    REQUIRE(outcome);
    return request;
  }
  duroxide::provider::EnqueueOrchestratorWork started(const StartOptions& options) {
    return served<duroxide::provider::EnqueueOrchestratorWork>(
        [&](Client::OnDone done) {
          client->start_orchestration("i", "O", std::string("in"), options, std::move(done));
        },
        duroxide::Done());
  }
  ClientError::Kind refused(ProviderError::Kind kind) {
    std::optional<ClientError> error;
    served<duroxide::provider::EnqueueOrchestratorWork>(
        [&](Client::OnDone done) {
          client->raise_event("i", "E", std::string("data"), std::move(done));
        },
        duroxide::Done(failure(provider_error(kind))), &error);
    REQUIRE(error);
    return error->kind;
  }
};

template <class Result>
ClientError::Kind kind_of(const Result& result) {
  REQUIRE_FALSE(result);
  CHECK_FALSE(result.error().message.empty());
  return result.error().kind;
}

struct Unencodable {
  template <class Archive>
  void save(Archive&) const {
    throw std::runtime_error("cannot be written");
  }
  template <class Archive>
  void load(Archive&) {}
};

}  // namespace duroxide::test
