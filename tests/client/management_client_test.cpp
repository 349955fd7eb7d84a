// The management facade: what it asks of whom.

#include "client/facade.hpp"

namespace duroxide::management_client_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using Kind = ClientError::Kind;

TEST_CASE("client: management is there if the store has it", "[client][management]") {
  FacadeFixture f;
  CHECK_FALSE(f.client->has_management_capability());
  CHECK(kind_of(f.client->management()) == Kind::management_not_available);
  ScriptedManagement management(f.system);
  const auto store = make_store(f.system.handle(), std::make_shared<ManualClock>(),
                                f.provider.actor(), management.actor(), [] {});
  CHECK(Client(store).has_management_capability());
  CHECK(Client(store).management().has_value());
  const auto without =
      make_store(f.system.handle(), std::make_shared<ManualClock>(), f.provider.actor(), [] {});
  CHECK(Client::with_management(without, store).has_management_capability());
  CHECK_FALSE(Client::with_management(store, without).has_management_capability());
  CHECK(kind_of(ManagementClient(without).get_queue_depths()) == Kind::management_not_available);
  CHECK(kind_of(ManagementClient(without).release_from_quarantine("i")) ==
        Kind::management_not_available);
  management.end();
}

TEST_CASE("management client: filters that cannot match are refused",
          "[client][management][listing]") {
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
    CHECK(kind_of(client.list_pending_activities("")) == Kind::invalid_instance);
    CHECK(kind_of(client.release_from_quarantine("")) == Kind::invalid_instance);
    CHECK(management.count<management::ListInstances>() == 0);
    CHECK(management.count<management::ListPendingActivities>() == 0);
    CHECK(provider.count<ReleaseFromQuarantine>() == 0);
  }
}

TEST_CASE("management client: an unknown execution", "[client][management]") {
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

TEST_CASE("management client: open activities and what is in quarantine",
          "[client][management][quarantine][activities]") {
  DeterministicSystem system;
  ScriptedProvider provider(system);
  ScriptedManagement management(system);
  {
    const ManagementClient client(make_store(system.handle(), std::make_shared<ManualClock>(),
                                             provider.actor(), management.actor()));
    management.whenever<management::ListPendingActivities>([&] {
      auto asked = management.take<management::ListPendingActivities>();
      CHECK(asked.request.instance == "i");
      PendingActivity activity;
      activity.progress = "half";
      asked.promise.deliver(Answer<std::vector<PendingActivity>>(std::vector{activity}));
    });
    management.whenever<management::ListQuarantined>([&] {
      QuarantinedItem item;
      item.instance_id = "bad";
      management.take<management::ListQuarantined>().promise.deliver(
          Answer<std::vector<QuarantinedItem>>(std::vector{item}));
    });
    provider.whenever<ReleaseFromQuarantine>([&] {
      auto asked = provider.take<ReleaseFromQuarantine>();
      asked.promise.deliver(asked.request.instance == "bad"
                                ? Answer<std::uint64_t>(std::uint64_t{2})
                                : Answer<std::uint64_t>(failure(
                                      provider_error(ProviderError::Kind::instance_not_found))));
    });
    CHECK(client.list_pending_activities("i").value().at(0).progress == "half");
    CHECK(client.list_quarantined().value().at(0).instance_id == "bad");
    CHECK(client.release_from_quarantine("bad") == 2U);
    CHECK(kind_of(client.release_from_quarantine("i")) == Kind::instance_not_found);
  }
}

TEST_CASE("management client: beside a replica, a release goes to the store that is controlled",
          "[client][management][quarantine]") {
  DeterministicSystem system;
  ScriptedProvider primary(system);
  ScriptedProvider replica(system);
  ScriptedManagement replica_management(system);
  {
    const auto client = Client::with_management(
        make_store(system.handle(), std::make_shared<ManualClock>(), primary.actor()),
        make_store(system.handle(), std::make_shared<ManualClock>(), replica.actor(),
                   replica_management.actor()));
    const auto management = client.management().value();
    management.release_from_quarantine("i", [](const auto&) {});
    management.list_quarantined([](const auto&) {});
    system.run();
    CHECK(primary.count<ReleaseFromQuarantine>() == 1);
    CHECK(replica.count<ReleaseFromQuarantine>() == 0);
    CHECK(replica_management.count<management::ListQuarantined>() == 1);
  }
}

TEST_CASE("management client: it keeps a replica open, and closes it", "[client][management]") {
  DeterministicSystem system;
  ScriptedProvider primary(system);
  ScriptedManagement replica_management(system);
  {
    std::optional<ManagementClient> management =
        Client::with_management(
            make_store(system.handle(), std::make_shared<ManualClock>(), primary.actor()),
            make_store(system.handle(), std::make_shared<ManualClock>(), primary.actor(),
                       replica_management.actor(),
                       [&] { actors::stop(replica_management.actor()); }))
            .management()
            .value();
    system.run();
    CHECK_FALSE(actors::has_ended(replica_management.actor()));
    management.reset();
    system.run();
    CHECK(actors::has_ended(replica_management.actor()));
  }
}

}  // namespace duroxide::management_client_test
