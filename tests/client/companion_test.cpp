// The client's actor: what it asks the store and how it answers, with a scripted provider.

#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "client/companion.hpp"
#include "model/lent_thread.hpp"
#include "support/expect_abort.hpp"
#include "support/scripted_provider.hpp"

namespace duroxide::companion_test {

using namespace duroxide::client;
using namespace duroxide::provider;
using namespace duroxide::test;

namespace {

struct ClientFixture {
  DeterministicSystem system;
  ScriptedProvider provider{system};
  Companion companion{provider.actor()};
  std::vector<std::string> answers;

  ~ClientFixture() {
    provider.end();
    close();
  }
  template <class Request>
  void ask(Request request, OnAnswerOf<Request> on_answer) {
    companion.ask(std::move(request), std::move(on_answer));
    system.run();
  }
  void close() {
    companion.close();
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
    ask(GetStatus{name}, note<OrchestrationStatus>(name));
  }
  void start(std::optional<Milliseconds> delay) {
    EnqueueOrchestratorWork request;
    request.item = work::StartOrchestration{};
    request.delay = delay;
    ask(request, note<void>("start"));
  }
  void answer_status() {
    provider.answer<GetStatus>(
        Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Running{})));
  }
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("companion: each call has its own answer", "[client]") {
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

TEST_CASE("companion: a request of management is never made of a provider",
          "[client][management][invariants]") {
  // In the process that aborts, which is a forked one: there a client from before asks nothing.
  CHECK_THAT(duroxide::testing::words_of_abort([] {
               ClientFixture f;
               f.ask(management::ListQuarantined{}, [](const auto&) {});
             }),
             Catch::Contains("a request of management is made of a management"));
}

TEST_CASE("companion: a store that ends answers every open call", "[client]") {
  ClientFixture f;
  const std::string closed = ": " + std::string(to_string(ProviderError::Kind::closed));
  f.ask_status("a");
  f.ask(WaitForStatus{"b", 1}, f.note<OrchestrationStatus>("b"));
  f.provider.end();
  CHECK(f.answers == Strings{"a" + closed, "b" + closed});
  f.ask_status("c");
  CHECK(f.answers.back() == "c" + closed);
  CHECK(f.answers.size() == 3);
}

TEST_CASE("companion: a callback that throws harms nobody else", "[client]") {
  ClientFixture f;
  f.ask(GetStatus{"a"}, [](const auto&) { throw std::runtime_error("test: ignore me"); });
  f.ask_status("b");
  f.answer_status();
  f.answer_status();
  CHECK(f.answers == Strings{"b: ok"});
}

TEST_CASE("companion: what a callback owns dies on a thread that is marked as lent",
          "[client][threads]") {
  class Owned {
   public:
    explicit Owned(std::vector<bool>& lent) : lent_(lent) {}
    ~Owned() { lent_.push_back(model::LentThread::lent_to() != nullptr); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;

   private:
    std::vector<bool>& lent_;
  };
  std::vector<bool> lent;
  ClientFixture f;
  f.companion.run([owned = std::make_shared<Owned>(lent)] {});
  f.system.run();
  f.ask(GetStatus{"a"}, [owned = std::make_shared<Owned>(lent)](const auto&) {});
  f.answer_status();
  CHECK(lent == std::vector<bool>{true, true});
}

TEST_CASE("companion: a delayed start only on a store that can delay it", "[client][starts]") {
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
    f.close();
    f.provider.answer<SupportsDelayedVisibility>(true);
    f.provider.answer<EnqueueOrchestratorWork>(Done());
    CHECK(f.answers == Strings{"start: ok"});
    CHECK(actors::has_ended(f.companion.actor()));
  }
}

TEST_CASE("companion: a start without delay asks nothing", "[client][starts]") {
  ClientFixture f;
  f.start(std::nullopt);
  CHECK(f.provider.count<SupportsDelayedVisibility>() == 0);
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 1);
}

TEST_CASE("companion: it ends after the last answer", "[client]") {
  ClientFixture f;
  f.ask_status("a");
  f.close();
  CHECK_FALSE(actors::has_ended(f.companion.actor()));
  f.answer_status();
  CHECK(f.answers == Strings{"a: ok"});
  CHECK(actors::has_ended(f.companion.actor()));
}

TEST_CASE("companion: nothing of it stays in memory when it has ended", "[client]") {
  ClientFixture f;
  const auto left = caf::actor_cast<caf::weak_actor_ptr>(f.companion.actor());
  f.ask_status("a");
  f.answer_status();
  f.close();
  f.companion = Companion();
  CHECK(left.get()->weak_refs == 1);  // ours
  f.companion = Companion(f.provider.actor());
}

TEST_CASE("companion of management: calls and the end of the store", "[client][management]") {
  DeterministicSystem system;
  ScriptedManagement management(system);
  const Companion companion(management.actor());
  std::optional<Answer<QueueDepths>> depths;
  const auto ask = [&] {
    depths.reset();
    companion.ask(management::GetQueueDepths{},
                  OnAnswerOf<management::GetQueueDepths>(
                      [&](const Answer<QueueDepths>& answer) { depths = answer; }));
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
  companion.close();
  system.run();
}

}  // namespace duroxide::companion_test
