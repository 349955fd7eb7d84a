// Children: an order is packed in several warehouses at once, by an orchestration each. The parent
// sees their results and their failures; an invoice is written by one that nobody waits for.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

inline constexpr Activity<std::string(std::string)> pick{"Pick"};
inline constexpr Orchestration<std::string(std::string)> pack{"Pack"};
inline constexpr Orchestration<void(std::string)> invoice{"Invoice"};
inline constexpr Orchestration<std::vector<std::string>(std::vector<std::string>)> ship{"Ship"};

Task<std::string> pack_parcel(OrchestrationContext ctx, std::string warehouse) {
  const std::string goods = co_await ctx.schedule_activity(pick, warehouse);
  co_return "a parcel of " + goods;
}

Task<> write_invoice(OrchestrationContext ctx, std::string order) {
  ctx.set_custom_status("invoice for " + order);
  co_return;
}

Task<std::vector<std::string>> ship_order(OrchestrationContext ctx,
                                          std::vector<std::string> warehouses) {
  std::vector<AsResult<DurableFuture<std::string>>> packing;
  for (const std::string& warehouse : warehouses) {
    SubOrchestrationOptions options;
    options.instance_id(ctx.instance_id() + "/" + warehouse);
    packing.push_back(ctx.schedule_sub_orchestration(pack, warehouse, options).as_result());
  }
  const auto packed = co_await when_all(std::move(packing));

  std::vector<std::string> parcels;
  for (const auto& parcel : packed) {
    parcels.push_back(parcel ? *parcel
                             : parcel.error().message + ", by way of " +
                                   parcel.error().describe_chain());
  }
  ctx.schedule_orchestration(invoice, "invoice-of-" + ctx.instance_id(), ctx.instance_id());
  co_return parcels;
}

int main() try {
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration(ship, ship_order)
      .register_orchestration(pack, pack_parcel)
      .register_orchestration(invoice, write_invoice)
      .register_activity(pick,
                         [](const std::string& warehouse) -> Result<std::string, std::string> {
                           if (warehouse == "south") {
                             return failure(std::string("the shelf is empty"));
                           }
                           return "tea from the " + warehouse;
                         });
  expect(runtime.start());

  Client client{store};
  const std::vector<std::string> warehouses = {"north", "south", "west"};
  expect(client.start_orchestration("order-1", ship, warehouses));
  for (const std::string& parcel : expect(client.wait_for_output("order-1", ship, 30s))) {
    std::cout << parcel << '\n';
  }

  InstanceFilter children;
  children.parent_instance = "order-1";
  for (const auto& child : expect(expect(client.management()).list_instances(children))) {
    std::cout << child.instance_id << ": " << to_string(child.status) << '\n';
  }
  const auto written = expect(client.wait_for_completion("invoice-of-order-1", 30s));
  std::cout << written.custom_status().value_or("no invoice") << '\n';
  return 0;
} catch (const std::exception& error) {
  std::cerr << "child_orchestrations: " << error.what() << '\n';
  return 1;
}
