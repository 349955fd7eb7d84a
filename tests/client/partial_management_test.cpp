// A store whose writer implements two methods of management: the rest answers that it is not there.

#include "client/facade.hpp"

namespace duroxide::partial_management_test {

using namespace duroxide::test;
using Kind = ClientError::Kind;

namespace {

/// Counts what lies in its queues, and knows one instance. It can do nothing else.
class PartialManagement final : public ManagementActor::base {
 public:
  explicit PartialManagement(caf::actor_config& config) : ManagementActor::base(config) {}

 protected:
  behavior_type make_behavior() override {
    return management::answer_only(
        [](const management::GetQueueDepths&) -> management::Answer<QueueDepths> {
          return QueueDepths{1, 2, 3};
        },
        [this](management::GetInstanceInfo& request) -> management::Answer<InstanceInfo> {
          ++asked_;
          InstanceInfo info;
          info.instance_id = std::move(request.instance);
          info.event_count = asked_;
          return info;
        });
  }

 private:
  std::uint64_t asked_ = 0;
};

}  // namespace

TEST_CASE("a management provider of two methods answers the others as not available",
          "[client][management]") {
  FacadeFixture f;
  const auto partial = f.system.get().spawn<PartialManagement>();
  {
    const auto store = make_store(f.system.handle(), std::make_shared<ManualClock>(),
                                  f.provider.actor(), partial, [] {});
    const Client client(store);
    CHECK(client.has_management_capability());
    CHECK(client.get_queue_depths() == QueueDepths{1, 2, 3});
    CHECK(client.get_instance_info("i").value().event_count == 1);
    CHECK(client.get_instance_info("j").value().instance_id == "j");
    CHECK(kind_of(client.list_all_instances()) == Kind::management_not_available);
    CHECK(client.list_all_instances().error().message.find("management features not available") !=
          std::string::npos);
    CHECK(kind_of(client.get_system_metrics()) == Kind::management_not_available);
    CHECK(kind_of(client.get_execution_info("i", 1)) == Kind::management_not_available);
    const auto management = client.management().value();
    CHECK(kind_of(management.list_page({})) == Kind::management_not_available);
    CHECK(kind_of(management.terminate_instance("i")) == Kind::management_not_available);
    CHECK(kind_of(management.subscribe()) == Kind::management_not_available);
    CHECK(kind_of(management.backup("nowhere")) == Kind::management_not_available);
  }
  actors::stop(partial);
  f.system.run();
}

}  // namespace duroxide::partial_management_test
