// The client's actor: what it asks the store and how it answers, with a scripted provider.

#include <optional>
#include <stdexcept>

#include "client/client_actor.hpp"
#include "support/scripted_provider.hpp"

using namespace duroxide;
using namespace duroxide::client;
using namespace duroxide::provider;
using namespace duroxide::test;

namespace {

struct ClientFixture {
  DeterministicSystem system;
  ScriptedProvider provider{system};
  ClientActor actor = spawn_client_actor(provider.actor());
  std::vector<std::string> answers;

  ~ClientFixture() {
    provider.end();
    send(Close{});
  }
  template <class Message>
  void send(Message message) {
    actors::send_from_outside(actor, std::move(message));
    system.run();
  }
  template <class T>
  std::function<void(Answer<T>)> note(const std::string& name) {
    return [this, name](const Answer<T>& answer) {
      answers.push_back(name +
                        (answer ? ": ok" : ": " + std::string(to_string(answer.error().kind))));
    };
  }
  void ask_status(const std::string& name) {
    send(Call<GetStatus>{{name}, note<OrchestrationStatus>(name)});
  }
  void start(std::optional<Milliseconds> delay) {
    EnqueueOrchestratorWork request;
    request.item = work::StartOrchestration{};
    request.delay = delay;
    send(Call<EnqueueOrchestratorWork>{request, note<void>("start")});
  }
  void answer_status() {
    provider.answer<GetStatus>(
        Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Running{})));
  }
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("client actor: each call has its own answer") {
  ClientFixture f;
  f.ask_status("a");
  f.ask_status("b");
  f.answer_status();
  CHECK(f.answers == Strings{"a: ok"});
  f.provider.answer<GetStatus>(
      Answer<OrchestrationStatus>(failure(provider_error(ProviderError::Kind::storage))));
  CHECK(f.answers ==
        Strings{"a: ok", "b: " + std::string(to_string(ProviderError::Kind::storage))});
}

TEST_CASE("client actor: a store that ends answers every open call") {
  ClientFixture f;
  const std::string closed = ": " + std::string(to_string(ProviderError::Kind::closed));
  f.ask_status("a");
  f.send(Call<WaitForStatus>{{"b", 1}, f.note<OrchestrationStatus>("b")});
  f.provider.end();
  CHECK(f.answers == Strings{"a" + closed, "b" + closed});
  f.ask_status("c");
  CHECK(f.answers.back() == "c" + closed);
  CHECK(f.answers.size() == 3);
}

TEST_CASE("client actor: a callback that throws harms nobody else") {
  ClientFixture f;
  f.send(Call<GetStatus>{{"a"}, [](const auto&) { throw std::runtime_error("test: ignore me"); }});
  f.ask_status("b");
  f.answer_status();
  f.answer_status();
  CHECK(f.answers == Strings{"b: ok"});
}

TEST_CASE("client actor: a delayed start only on a store that can delay it") {
  ClientFixture f;
  f.start(Milliseconds(5));
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
  SECTION("it can") {
    f.provider.answer<SupportsDelayedVisibility>(true);
    CHECK(f.provider.answer<EnqueueOrchestratorWork>(Done()).delay == Milliseconds(5));
    CHECK(f.answers == Strings{"start: ok"});
  }
  SECTION("it cannot") {
    f.provider.answer<SupportsDelayedVisibility>(false);
    CHECK(f.answers ==
          Strings{"start: " + std::string(to_string(ProviderError::Kind::invalid_input))});
  }
  SECTION("it can, and the client is gone meanwhile") {
    f.send(Close{});
    f.provider.answer<SupportsDelayedVisibility>(true);
    f.provider.answer<EnqueueOrchestratorWork>(Done());
    CHECK(f.answers == Strings{"start: ok"});
    CHECK(actors::has_ended(f.actor));
  }
}

TEST_CASE("client actor: a start without delay asks nothing") {
  ClientFixture f;
  f.start(std::nullopt);
  CHECK(f.provider.count<SupportsDelayedVisibility>() == 0);
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 1);
}

TEST_CASE("client actor: it ends after the last answer") {
  ClientFixture f;
  f.ask_status("a");
  f.send(Close{});
  CHECK_FALSE(actors::has_ended(f.actor));
  f.answer_status();
  CHECK(f.answers == Strings{"a: ok"});
  CHECK(actors::has_ended(f.actor));
}

TEST_CASE("management client actor: calls and the end of the store") {
  DeterministicSystem system;
  ScriptedManagement management(system);
  const auto actor = spawn_management_client_actor(management.actor());
  std::optional<Answer<QueueDepths>> depths;
  const auto ask = [&] {
    depths.reset();
    actors::send_from_outside(actor,
                              Call<management::GetQueueDepths>{
                                  {}, [&](const Answer<QueueDepths>& answer) { depths = answer; }});
    system.run();
  };
  ask();
  management.answer<management::GetQueueDepths>(Answer<QueueDepths>(QueueDepths{1, 2, 3}));
  REQUIRE(depths);
  CHECK(**depths == QueueDepths{1, 2, 3});
  ask();
  management.end();
  REQUIRE(depths);
  CHECK_FALSE(*depths);
  actors::send_from_outside(actor, Close{});
  system.run();
}
