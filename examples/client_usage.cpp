// The client alone: it starts, signals and inspects orchestrations; running them is the business of
// runtime_usage, which works on the same store afterwards (one process at a time owns a store).
//
//   client_usage [STORE]; runtime_usage [STORE] --for 2; client_usage [STORE]
#include <chrono>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

using namespace duroxide;
using namespace std::chrono_literals;

namespace {

// A second run finds what the first has started.
void start(Client& client, const std::string& order, StartOptions options) {
  auto started = client.start_orchestration(order, "ProcessOrder", R"({"order":")" + order + "\"}",
                                            options.reuse(ReusePolicy::use_existing));
  std::cout << order << ": " << (started ? "started" : started.error().to_string()) << '\n';
}

void list_orders(const Client& client) {
  auto management = client.management();
  if (!management) {
    std::cout << management.error().to_string() << '\n';
    return;
  }
  InstanceFilter orders;
  orders.orchestration_name = "ProcessOrder";
  if (auto instances = management->list_instances(orders)) {
    for (const InstanceSummary& instance : *instances) {
      std::cout << instance.instance_id << ": " << to_string(instance.status) << '\n';
    }
  }
  if (auto depths = management->get_queue_depths()) {
    std::cout << depths->orchestrator_queue << " messages wait for a runtime\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto store = LmdbProvider::open(argc > 1 ? argv[1] : "./usage-store");
  if (!store) {
    std::cerr << "client_usage: " << store.error().to_string() << '\n';
    return 1;
  }
  Client client{*store};

  start(client, "order-1", StartOptions().version("1.0.0"));
  start(client, "order-2", StartOptions().version("1.0.0"));
  start(client, "order-3", StartOptions().delay(500ms));  // the newest version

  // Events are kept until the orchestration waits for them.
  if (auto raised = client.raise_event("order-1", "ShippingReady", "dock 4"); !raised) {
    std::cout << "order-1: " << raised.error().to_string() << '\n';
  }
  if (auto cancelled = client.cancel_orchestration("order-2", "changed my mind"); !cancelled) {
    std::cout << "order-2: " << cancelled.error().to_string() << '\n';
  }

  // Nothing runs here, so an unfinished order cannot finish: the wait times out.
  auto status = client.wait_for_completion("order-1", 100ms);
  std::cout << "order-1: " << (status ? status->to_string() : status.error().to_string()) << '\n';
  list_orders(client);
  return 0;
}
