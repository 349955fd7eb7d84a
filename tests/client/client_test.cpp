// The facade: what it sends for each call, what it refuses, and how it maps errors. The store is
// scripted; a blocking call in a deterministic system runs the messages itself.

#include <limits>

#include "client/facade.hpp"

namespace duroxide::client_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;

TEST_CASE("client: a start with everything", "[client][starts]") {
  FacadeFixture f;
  const auto request = f.started(StartOptions().version("2.0.0").parent("p", 7));
  CHECK_FALSE(request.use_existing);
  CHECK_FALSE(request.delay);
  const auto& start = std::get<work::StartOrchestration>(request.item);
  CHECK(start.instance == "i");
  CHECK(start.orchestration == "O");
  CHECK(start.input == "in");
  CHECK(start.version == "2.0.0");
  REQUIRE(start.parent);
  CHECK(start.parent->instance == "p");
  CHECK(start.parent->event_id == 7);
}

TEST_CASE("client: a start with a delay", "[client][starts]") {
  FacadeFixture f;
  f.provider.whenever<SupportsDelayedVisibility>(
      [&] { f.provider.take<SupportsDelayedVisibility>().promise.deliver(true); });
  CHECK(f.started(StartOptions().delay(5000ms)).delay == 5000ms);
  CHECK(f.started(StartOptions().delay(2s)).delay == 2000ms);
}

TEST_CASE("client: a start that takes what is there tells which it was", "[client][starts]") {
  FacadeFixture f;
  const bool created = GENERATE(true, false);
  const auto policy = GENERATE(ReusePolicy::use_existing, ReusePolicy::use_existing_same_input,
                               ReusePolicy::terminate_existing);
  const bool replaced = policy == ReusePolicy::terminate_existing;
  std::optional<Client::Started> started;
  const auto request = f.answered<StartOrFind>(
      [&](Client::OnStarted on_started) {
        f.client->start_orchestration("i", "O", std::string("in"),
                                      StartOptions().version("2.0.0").reuse(policy),
                                      std::move(on_started));
      },
      Answer<StartedOrFound>(StartedOrFound{created, replaced}), started);
  CHECK((*started)->created() == created);
  CHECK((*started)->replaced() == replaced);
  CHECK(request.same_input == (policy == ReusePolicy::use_existing_same_input));
  CHECK(request.replace == replaced);
  CHECK(request.start.input == "in");
  CHECK(request.start.version == "2.0.0");
  const Client::Done as_before = *started;  // what earlier releases answered
  CHECK(as_before);
}

TEST_CASE("client: events, messages and cancellation", "[client][events][queues][cancellation]") {
  FacadeFixture f;
  const auto raised = f.served<EnqueueOrchestratorWork>(
      [&](Client::OnDone done) { f.client->raise_event("i", "E", 5, std::move(done)); }, Done());
  CHECK(std::get<work::ExternalRaised>(raised.item) == work::ExternalRaised{"i", "E", "5"});
  const auto queued = f.served<EnqueueOrchestratorWork>(
      [&](Client::OnDone done) { f.client->enqueue_event("i", "Q", 5, std::move(done)); }, Done());
  CHECK(std::get<work::QueueMessage>(queued.item) == work::QueueMessage{"i", "Q", "5"});
  CHECK_FALSE(queued.key);
  const auto once = f.served<EnqueueOrchestratorWork>(
      [&](Client::OnDone done) {
        f.client->enqueue_event("i", "Q", 5, RaiseOptions().key("m-1"), std::move(done));
      },
      Done());
  CHECK(once.key == "m-1");
  CHECK(std::get<work::QueueMessage>(once.item) == work::QueueMessage{"i", "Q", "5"});
  const auto cancelled = f.served<EnqueueOrchestratorWork>(
      [&](Client::OnDone done) { f.client->cancel_orchestration("i", "why", std::move(done)); },
      Done());
  CHECK(std::get<work::CancelInstance>(cancelled.item) == work::CancelInstance{"i", "why"});
}

TEST_CASE("client: a queue's handle names it and types its messages",
          "[client][queues][payloads]") {
  FacadeFixture f;
  static constexpr EventQueue<int> numbers{"Numbers"};
  // Nobody answers; what was asked is what counts.
  CHECK_FALSE(f.client->enqueue_event("i", numbers, 7));
  CHECK(std::get<work::QueueMessage>(f.provider.take<EnqueueOrchestratorWork>().request.item) ==
        work::QueueMessage{"i", "Numbers", "7"});
}

TEST_CASE("client: errors of the store", "[client][errors]") {
  FacadeFixture f;
  CHECK(f.refused(ProviderError::Kind::instance_not_found) == Kind::instance_not_found);
  CHECK(f.refused(ProviderError::Kind::instance_finished) == Kind::instance_finished);
  CHECK(f.refused(ProviderError::Kind::instance_already_exists) == Kind::instance_already_exists);
  CHECK(f.refused(ProviderError::Kind::invalid_input) == Kind::invalid_input);
  CHECK(f.refused(ProviderError::Kind::disk_full) == Kind::storage_error);
  CHECK(f.refused(ProviderError::Kind::closed) == Kind::storage_error);
}

TEST_CASE("client: bad ids never reach the store", "[client][errors][limits]") {
  FacadeFixture f;
  const std::string id =
      GENERATE(std::string(), std::string(256, 'x'), std::string("\xc3("), std::string("a\0b", 3));
  CHECK(kind_of(f.client->start_orchestration(id, "O")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->raise_event(id, "E")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->enqueue_event(id, "Q")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->cancel_orchestration(id)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->get_orchestration_status(id)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->get_bulk_status({"good", id})) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_completion(id)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_completion(id, 1s)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_status_change(id, 0, 1s)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->get_value(id, "k")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->get_all_values(id)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_value(id, "k", 1s)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->complete_activity({id, 1, 2})) == Kind::invalid_instance);
  CHECK(kind_of(f.client->fail_activity({id, 1, 2}, "why")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->heartbeat_activity({id, 1, 2}, 1)) == Kind::invalid_instance);
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
  CHECK(f.provider.count<GetStatus>() == 0);
  CHECK(f.provider.count<GetValue>() == 0);
  CHECK(f.provider.count<GetValues>() == 0);
  CHECK(f.provider.count<WaitForValue>() == 0);
  CHECK(f.provider.count<CompleteActivity>() == 0);
  CHECK(f.provider.count<Heartbeat>() == 0);
  CHECK(f.provider.count<WaitForStatus>() == 0);
}

TEST_CASE("client: other bad arguments never reach the store", "[client][errors][limits]") {
  FacadeFixture f;
  const std::string large((std::size_t{64} << 20) + 1, 'x');
  const auto start = [&](const StartOptions& options) {
    return kind_of(f.client->start_orchestration("i", "O", std::string(), options));
  };
  CHECK(kind_of(f.client->start_orchestration("i", "")) == Kind::invalid_input);
  CHECK(kind_of(f.client->start_orchestration("i", std::string(256, 'x'))) == Kind::invalid_input);
  CHECK(kind_of(f.client->start_orchestration("i", "O", large)) == Kind::invalid_input);
  CHECK(kind_of(f.client->start_orchestration("i", "O", Unencodable())) == Kind::invalid_input);
  CHECK(kind_of(f.client->raise_event("i", "E", large)) == Kind::invalid_input);
  CHECK(kind_of(f.client->raise_event("i", "")) == Kind::invalid_input);
  CHECK(kind_of(f.client->enqueue_event("i", "Q", large)) == Kind::invalid_input);
  CHECK(kind_of(f.client->enqueue_event("i", "Q", Unencodable())) == Kind::invalid_input);
  CHECK(kind_of(f.client->enqueue_event("i", "")) == Kind::invalid_input);
  CHECK(kind_of(f.client->enqueue_event("i", "Q", 5, RaiseOptions().key(""))) ==
        Kind::invalid_input);
  CHECK(kind_of(f.client->cancel_orchestration("i", large)) == Kind::invalid_input);
  CHECK(start(StartOptions().version("1.0")) == Kind::invalid_input);
  CHECK(start(StartOptions().parent("")) == Kind::invalid_input);
  CHECK(start(StartOptions().delay(-1ms)) == Kind::invalid_input);
  CHECK(start(StartOptions().delay(std::chrono::hours::max())) == Kind::invalid_input);
  CHECK(start(StartOptions().delay(std::chrono::duration<double>(
            std::numeric_limits<double>::quiet_NaN()))) == Kind::invalid_input);
  CHECK(kind_of(f.client->wait_for_completion("i", -1ms)) == Kind::invalid_input);
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
  CHECK(f.provider.count<SupportsDelayedVisibility>() == 0);
}

TEST_CASE("client: several statuses come in the order asked for", "[client][status]") {
  FacadeFixture f;
  std::optional<Client::BulkStatus> statuses;
  f.client->get_bulk_status({"a", "b", "a"}, [&](auto result) { statuses = std::move(result); });
  f.system.run();
  const auto first = f.provider.take<GetStatus>();
  f.provider.answer<GetStatus>(Answer<OrchestrationStatus>(OrchestrationStatus()));
  f.provider.answer<GetStatus>(
      Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"2"})));
  CHECK_FALSE(statuses);
  f.provider.answer_to(
      first, Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"1"})));
  REQUIRE(statuses);
  REQUIRE(statuses->has_value());
  REQUIRE((*statuses)->size() == 3);
  CHECK((**statuses)[0].second.output() == "1");
  CHECK((**statuses)[1].second.is_not_found());
  CHECK((**statuses)[2].second.output() == "2");
}

TEST_CASE("client: no statuses at all", "[client][status]") {
  FacadeFixture f;
  CHECK(f.client->get_bulk_status({}).value().empty());
}

TEST_CASE("client: a call that nobody will answer says so in a deterministic system",
          "[client][how-to]") {
  FacadeFixture f;
  CHECK(kind_of(f.client->get_orchestration_status("i")) == Kind::storage_error);
  CHECK(kind_of(f.client->wait_for_completion("i")) == Kind::storage_error);
}

}  // namespace duroxide::client_test
