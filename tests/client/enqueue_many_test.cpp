// Messages for instances that come together, and are answered together.

#include "protocol/enqueue_many.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "client/companion.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::enqueue_many_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using storage::EnqueueMany;
using storage::EnqueuesAnswered;
using Kind = ProviderError::Kind;
using Numbers = std::vector<std::uint64_t>;

namespace {

EnqueueOrchestratorWork raised(const std::string& instance) {
  return {work::ExternalRaised{instance, "Go", "data"}, {}, false};
}

/// Sends such messages, and keeps what it is told.
class Sender {
 public:
  explicit Sender(World& world)
      : world_(world), many_(storage::many_enqueues_of(provider_of(*world.store))) {
    REQUIRE(many_);
    const auto keep = [](caf::event_based_actor* self,
                         const std::shared_ptr<std::vector<EnqueuesAnswered>>& told) {
      return caf::behavior{[told](const EnqueuesAnswered& answered) { told->push_back(answered); },
                           [self](const Do& task) { task.what(self); }};
    };
    actor_ = world.system.actors().spawn(keep, told_);
  }
  ~Sender() { actors::stop(actor_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void send(EnqueueMany many) {
    actors::send_from_outside(actor_, Do{[to = many_, many](caf::event_based_actor* self) {
                                actors::send(self, to, many);
                              }});
  }
  /// What it was told since the last look.
  [[nodiscard]] std::vector<EnqueuesAnswered> told() {
    world_.run();
    return std::exchange(*told_, {});
  }

 private:
  World& world_;
  storage::ManyEnqueues many_;
  std::shared_ptr<std::vector<EnqueuesAnswered>> told_ =
      std::make_shared<std::vector<EnqueuesAnswered>>();
  caf::actor actor_;
};

Numbers numbers_of(const EnqueuesAnswered& answered) {
  Numbers numbers;
  for (const auto& each : answered.answers) {
    numbers.push_back(each.number);
  }
  return numbers;
}

}  // namespace

TEST_CASE("messages that come together are committed and answered together",
          "[group_commit][messages]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.start("b");
  const int before = faulty.kv->commits;
  Sender sender(world);
  sender.send({{{3, raised("a")}, {1, raised("nobody")}, {7, raised("b")}, {9, raised("a")}}});
  const auto told = sender.told();
  CHECK(faulty.kv->commits == before + 1);
  REQUIRE(told.size() == 1);
  CHECK(numbers_of(told[0]) == Numbers{3, 1, 7, 9});
  for (const auto& each : told[0].answers) {
    CHECK(static_cast<bool>(each.answer) == (each.number != 1));
  }
  CHECK(told[0].answers[1].answer.error().kind == Kind::instance_not_found);
  const auto turns = world.fetch(2);
  REQUIRE(turns.size() == 2);
  CHECK(turns[0].messages.size() == 3);  // the start and two events
  CHECK(turns[1].messages.size() == 2);
}

TEST_CASE("one message brings no more than so many answers", "[group_commit][limits]") {
  FaultyWorld faulty;
  faulty.world.start("a");
  Sender sender(faulty.world);
  EnqueueMany many;
  for (std::uint64_t i = 0; i < EnqueuesAnswered::most + 5; ++i) {
    many.requests.push_back({i, raised("a")});
  }
  sender.send(many);
  const auto told = sender.told();
  REQUIRE(told.size() == 2);
  CHECK(told[0].answers.size() == EnqueuesAnswered::most);
  CHECK(numbers_of(told[1]) == Numbers{64, 65, 66, 67, 68});
}

TEST_CASE("messages that come together are told that their commit has failed",
          "[group_commit][errors]") {
  FaultyWorld faulty;
  faulty.world.start("a");
  Sender sender(faulty.world);
  faulty.kv->failures = 1;
  sender.send({{{1, raised("a")}, {2, raised("a")}}});
  const auto told = sender.told();
  REQUIRE(told.size() == 1);
  CHECK(numbers_of(told[0]) == Numbers{1, 2});
  for (const auto& each : told[0].answers) {
    CHECK(each.answer.error().kind == Kind::storage);
  }
  sender.send({{{3, raised("a")}}});
  CHECK(sender.told().at(0).answers.at(0).answer.error().kind == Kind::closed);
}

TEST_CASE("a client's messages go together, and nothing overtakes them", "[group_commit][client]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  client::Companion companion(provider_of(*world.store));
  Numbers answered;
  std::vector<std::string> order;
  const auto note = [&order](const std::string& what) {
    return [&order, what](const auto& answer) { order.push_back(what + (answer ? "" : ": no")); };
  };
  companion.ask(EnqueueOrchestratorWork{start_item("a"), {}, false}, note("start"));
  companion.ask(WaitForStatus{"a", 1}, note("wait"));
  for (std::uint64_t i = 0; i < 300; ++i) {
    companion.ask(raised("a"), [&answered, i](const Answer<void>& answer) {
      if (answer) {
        answered.push_back(i);
      }
    });
  }
  world.run();
  CHECK(order == std::vector<std::string>{"start"});  // the wait has found the instance
  REQUIRE(answered.size() == 300);
  for (std::uint64_t i = 0; i < 300; ++i) {
    CHECK(answered[i] == i);
  }
  CHECK(faulty.kv->commits <= 4);
  companion.end();
  world.run();
  CHECK(order == std::vector<std::string>{"start", "wait: no"});
}

}  // namespace duroxide::enqueue_many_test
