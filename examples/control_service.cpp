// A service that only controls: it starts orders, tells them of their shipping, waits for them and looks
// at them. The store is open in another process, runtime_service; either may end and come back.
//
//   control_service [STORE] & runtime_service [STORE]
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

namespace {

// Asked for again, it does nothing if the order is there, which a second run finds, too.
void start(Client& client, const std::string& order) {
  const auto once = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  const auto started = expect(client.start_orchestration(order, "ProcessOrder", order, once));
  std::cout << order << (started.created() ? ": started" : ": is there already") << std::endl;
}

void work(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);  // the runtime makes the store in it
  const Store store = expect(RemoteStore::connect(directory));
  Client client{store};
  const ManagementClient management = expect(client.management());

  start(client, "order-1");
  start(client, "order-2");
  if (const auto raised = client.raise_event("order-1", "ShippingReady", "dock 4"); !raised) {
    std::cout << "order-1: " << raised.error().to_string() << std::endl;
  }
  const auto status = expect(client.wait_for_completion("order-1", 60s));
  std::cout << "order-1: " << status.to_string() << std::endl;

  for (const InstanceSummary& each : expect(management.find_running_instances())) {
    const auto details = expect(management.get_instance_details(each.instance_id));
    if (details && details->current_execution) {
      std::cout << each.instance_id << ": waits for "
                << details->current_execution->pending_events.size() << " event" << std::endl;
    }
  }
  const auto health = expect(management.get_system_health());
  std::cout << health.total_instances << " orders, health " << health.health_score << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    work(argc > 1 ? argv[1] : "./service-store");
    return 0;
  } catch (const std::exception& failed) {
    std::cerr << "control_service: " << failed.what() << '\n';
    return 1;
  }
}
