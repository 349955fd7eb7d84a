// The facade: what it sends for each call, what it refuses, and how it maps errors. The store is
// scripted; a blocking call in a deterministic system runs the messages itself.

#include <limits>
#include <stdexcept>

#include <duroxide/client.hpp>

#include "support/scripted_provider.hpp"

using namespace duroxide;
using namespace duroxide::provider;
using namespace duroxide::test;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;

namespace {

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
  Message served(const Call& call, Done answer, std::optional<ClientError>* error = nullptr) {
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
  EnqueueOrchestratorWork started(const StartOptions& options) {
    return served<EnqueueOrchestratorWork>(
        [&](Client::OnDone done) {
          client->start_orchestration("i", "O", std::string("in"), options, std::move(done));
        },
        Done());
  }
  Kind refused(ProviderError::Kind kind) {
    std::optional<ClientError> error;
    served<EnqueueOrchestratorWork>(
        [&](Client::OnDone done) {
          client->raise_event("i", "E", std::string("data"), std::move(done));
        },
        Done(failure(provider_error(kind))), &error);
    REQUIRE(error);
    return error->kind;
  }
};

template <class Result>
Kind kind_of(const Result& result) {
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

}  // namespace

TEST_CASE("client: a start with everything") {
  FacadeFixture f;
  const auto request =
      f.started(StartOptions().version("2.0.0").parent("p", 7).reuse(ReusePolicy::use_existing));
  CHECK(request.use_existing);
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

TEST_CASE("client: events and cancellation") {
  FacadeFixture f;
  const auto raised = f.served<EnqueueOrchestratorWork>(
      [&](Client::OnDone done) { f.client->raise_event("i", "E", 5, std::move(done)); }, Done());
  CHECK(std::get<work::ExternalRaised>(raised.item) == work::ExternalRaised{"i", "E", "5"});
  const auto cancelled = f.served<EnqueueOrchestratorWork>(
      [&](Client::OnDone done) { f.client->cancel_orchestration("i", "why", std::move(done)); },
      Done());
  CHECK(std::get<work::CancelInstance>(cancelled.item) == work::CancelInstance{"i", "why"});
}

TEST_CASE("client: errors of the store") {
  FacadeFixture f;
  CHECK(f.refused(ProviderError::Kind::instance_not_found) == Kind::instance_not_found);
  CHECK(f.refused(ProviderError::Kind::instance_finished) == Kind::instance_finished);
  CHECK(f.refused(ProviderError::Kind::instance_already_exists) == Kind::instance_already_exists);
  CHECK(f.refused(ProviderError::Kind::invalid_input) == Kind::invalid_input);
  CHECK(f.refused(ProviderError::Kind::disk_full) == Kind::storage_error);
  CHECK(f.refused(ProviderError::Kind::closed) == Kind::storage_error);
}

TEST_CASE("client: bad ids never reach the store") {
  FacadeFixture f;
  const std::string id =
      GENERATE(std::string(), std::string(256, 'x'), std::string("\xc3("), std::string("a\0b", 3));
  CHECK(kind_of(f.client->start_orchestration(id, "O")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->raise_event(id, "E")) == Kind::invalid_instance);
  CHECK(kind_of(f.client->cancel_orchestration(id)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->get_orchestration_status(id)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->get_bulk_status({"good", id})) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_completion(id)) == Kind::invalid_instance);
  CHECK(kind_of(f.client->wait_for_completion(id, 1s)) == Kind::invalid_instance);
  CHECK(f.provider.count<EnqueueOrchestratorWork>() == 0);
  CHECK(f.provider.count<GetStatus>() == 0);
  CHECK(f.provider.count<WaitForStatus>() == 0);
}

TEST_CASE("client: other bad arguments never reach the store") {
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

TEST_CASE("client: several statuses come in the order asked for") {
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

TEST_CASE("client: no statuses at all") {
  FacadeFixture f;
  CHECK(f.client->get_bulk_status({})->empty());
}

TEST_CASE("client: waiting") {
  FacadeFixture f;
  std::optional<Client::Status> status;
  f.client->wait_for_completion("i", [&](auto result) { status = std::move(result); });
  f.system.run();
  SECTION("completed") {
    f.provider.answer<WaitForStatus>(
        Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Completed{"out"})));
    CHECK((*status)->output() == "out");
  }
  SECTION("unknown") {
    f.provider.answer<WaitForStatus>(Answer<OrchestrationStatus>(OrchestrationStatus()));
    CHECK(kind_of(*status) == Kind::instance_not_found);
  }
  SECTION("the store ends") {
    f.provider.end();
    CHECK(kind_of(*status) == Kind::storage_error);
  }
}

TEST_CASE("client: a wait that takes too long is taken back") {
  FacadeFixture f;
  CHECK(kind_of(f.client->wait_for_completion("i", 10s)) == Kind::timeout);
  f.system.run();
  CHECK(f.provider.take<StopWaiting>().request.wait_id ==
        f.provider.take<WaitForStatus>().request.wait_id);
}

TEST_CASE("client: a call that nobody will answer says so in a deterministic system") {
  FacadeFixture f;
  CHECK(kind_of(f.client->get_orchestration_status("i")) == Kind::storage_error);
  CHECK(kind_of(f.client->wait_for_completion("i")) == Kind::storage_error);
}

TEST_CASE("client: management is there if the store has it") {
  FacadeFixture f;
  CHECK_FALSE(f.client->has_management_capability());
  CHECK(kind_of(f.client->management()) == Kind::management_not_available);
  ScriptedManagement management(f.system);
  const auto store = make_store(f.system.handle(), std::make_shared<ManualClock>(),
                                f.provider.actor(), management.actor(), [] {});
  CHECK(Client(store).has_management_capability());
  CHECK(Client(store).management().has_value());
  const auto without =
      make_store(f.system.handle(), std::make_shared<ManualClock>(), f.provider.actor(), {}, [] {});
  CHECK(Client::with_management(without, store).has_management_capability());
  CHECK_FALSE(Client::with_management(store, without).has_management_capability());
  CHECK(kind_of(ManagementClient(without).get_queue_depths()) == Kind::management_not_available);
  management.end();
}

TEST_CASE("management client: filters that cannot match are refused") {
  DeterministicSystem system;
  ScriptedProvider provider(system);
  ScriptedManagement management(system);
  {
    const ManagementClient client(make_store(system.handle(), std::make_shared<ManualClock>(),
                                             provider.actor(), management.actor()));
    const auto refused = [&](const InstanceFilter& filter) {
      return kind_of(client.list_instances(filter)) == Kind::invalid_filter;
    };
    InstanceFilter filter;
    SECTION("no status") {
      filter.status.emplace();
    }
    SECTION("a status no instance has") {
      filter.status = {{ExecutionStatus::continued_as_new}};
    }
    SECTION("an empty name") {
      filter.orchestration_name = "";
    }
    SECTION("a bad parent") {
      filter.parent_instance = "\xff";
    }
    SECTION("a time that ends before it begins") {
      filter.created_after = from_milliseconds(2);
      filter.created_before = from_milliseconds(1);
    }
    SECTION("nothing at all") {
      filter.limit = 0;
    }
    CHECK(refused(filter));
    CHECK(kind_of(client.get_instance_info("")) == Kind::invalid_instance);
    CHECK(kind_of(client.list_executions("")) == Kind::invalid_instance);
    CHECK(kind_of(client.read_execution_history("", 1)) == Kind::invalid_instance);
    CHECK(management.count<management::ListInstances>() == 0);
  }
}

TEST_CASE("management client: an unknown execution") {
  DeterministicSystem system;
  ScriptedProvider provider(system);
  ScriptedManagement management(system);
  {
    const ManagementClient client(make_store(system.handle(), std::make_shared<ManualClock>(),
                                             provider.actor(), management.actor()));
    std::optional<ManagementClient::Answer<std::vector<Event>>> history;
    client.read_execution_history("i", 9, [&](auto answer) { history = std::move(answer); });
    system.run();
    management.answer<management::ReadExecutionHistory>(
        Answer<std::vector<Event>>(failure(provider_error(ProviderError::Kind::invalid_input))));
    CHECK(kind_of(*history) == Kind::execution_not_found);
  }
}
