// What the browser test looks at: an engine with orders of all kinds, until its standard input ends.
//
//   shop STORE [ORDERS]
//
// It starts so many orders that are done (60), and some that are not: they wait for an event, a child or a
// timer, are paused or in quarantine, or nobody has registered what they run. `order-broken` fails as long
// as there is a file `broken` beside the store. It prints `ready`, and starts an order for each id that
// it reads; one of very many parcels if that begins with `many`.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <duroxide/duroxide.hpp>

using namespace duroxide;

namespace {

Task<std::string> order(OrchestrationContext ctx, std::string input) {
  ctx.set_custom_status("charging the card");
  const std::string paid = co_await ctx.schedule_activity("ChargeCard", input);
  ctx.set_custom_status("packing");
  const std::string packed = co_await ctx.schedule_activity("Pack", paid);
  co_await ctx.schedule_timer(Milliseconds(40));
  co_return packed;
}

Task<std::string> shipment(OrchestrationContext ctx, std::string input) {
  const std::string picked = co_await ctx.schedule_activity("Pick", input);
  co_return picked + ", picked up by " + co_await ctx.wait_for_external_event("PickedUp");
}

Task<std::string> big_order(OrchestrationContext ctx, std::string input) {
  ctx.set_value("approver", std::string("ada@example.org"));
  ctx.set_value("limit", std::string("500 EUR"));
  std::vector<std::string> notes;
  ctx.on_query<std::string, std::vector<std::string>>(
      "Notes", [&notes](const std::string&) { return notes; });
  ctx.on_update<std::string, std::string>(
      "AddNote",
      [&notes](const std::string& note) {
        notes.push_back(note);
        return std::to_string(notes.size()) + " noted";
      },
      [](const std::string& note) -> Result<void, std::string> {
        return note.empty()
                   ? Result<void, std::string>(failure(std::string("a note says something")))
                   : Result<void, std::string>();
      });
  const std::string paid = co_await ctx.schedule_activity("ChargeCard", input);
  const auto declined = co_await ctx.schedule_activity("CheckFraud", paid).as_result();
  ctx.set_custom_status(declined ? "waits for an approval"
                                 : "fraud check failed; waits for a person");
  SubOrchestrationOptions options;
  options.instance_id(ctx.instance_id() + "/parcel-1");
  auto parcel = ctx.schedule_sub_orchestration("Shipment", std::string("1 of 1"), options);
  const std::string approver = co_await ctx.wait_for_external_event("Approved");
  const std::string parcel_came = co_await std::move(parcel);
  co_return "approved by " + approver + ": " + parcel_came;
}

Task<std::string> fragile(OrchestrationContext ctx, std::string input) {
  const std::string paid = co_await ctx.schedule_activity("ChargeCard", input);
  co_return co_await ctx.schedule_activity("Engrave", paid);
}

/// More than the page shows of a tree.
Task<std::string> many_parcels(OrchestrationContext ctx) {
  constexpr int parcels = 230;
  std::vector<DurableFuture<std::string>> shipments;
  for (int i = 1; i <= parcels; ++i) {
    SubOrchestrationOptions options;
    options.instance_id(ctx.instance_id() + "/parcel-" + std::to_string(i));
    shipments.push_back(ctx.schedule_sub_orchestration("Shipment", std::string("one"), options));
  }
  const std::vector<std::string> all = co_await when_all(std::move(shipments));
  co_return std::to_string(all.size()) + " picked up";
}

Task<std::string> reminder(OrchestrationContext ctx) {
  co_await ctx.schedule_timer(Milliseconds(3'600'000));
  co_return "reminded";
}

using Outcome = Result<std::string, std::string>;

void register_shop(Runtime& runtime, const std::filesystem::path& broken) {
  const auto work = [](const std::string& what, int milliseconds) {
    return [what, milliseconds](const std::string& input) {
      std::this_thread::sleep_for(Milliseconds(milliseconds));
      return input + " " + what;
    };
  };
  runtime.register_orchestration("Order", order)
      .register_orchestration("Shipment", shipment)
      .register_orchestration("BigOrder", big_order)
      .register_orchestration("EngravedOrder", fragile)
      .register_orchestration("ManyParcels", many_parcels)
      .register_orchestration("Reminder", reminder)
      .register_activity("ChargeCard", work("charged", 6))
      .register_activity("Pack", work("packed", 9))
      .register_activity("Pick", work("picked", 14))
      .register_activity("CheckFraud",
                         [](const std::string&) -> Outcome {
                           std::this_thread::sleep_for(Milliseconds(20));
                           return failure(std::string("the fraud service does not answer"));
                         })
      .register_activity("Engrave", [broken](const std::string& input) -> Outcome {
        std::this_thread::sleep_for(Milliseconds(12));
        if (std::filesystem::exists(broken)) {
          return failure(std::string("the engraver is out of order"));
        }
        return input + " engraved";
      });
}

std::string input_of(int number) {
  return R"({"customer":"c-)" + std::to_string(1000 + number) + R"(","total":)" +
         std::to_string(20 + number * 7 % 90) + R"(,"items":["tea","cup"]})";
}

/// Those of this store.
class Orders {
 public:
  explicit Orders(const Store& store) : client_(store) {}

  void start(const std::string& id, const std::string& name, const std::string& input,
             const std::vector<std::string>& tags = {}) {
    StartOptions options;
    for (const std::string& tag : tags) {
      options.tag(tag);
    }
    client_.start_orchestration(id, name, input, options).value();
  }
  void wait_for_end(const std::string& id) {
    (void)client_.wait_for_orchestration(id, std::chrono::seconds(60));
  }
  void start_all(int orders) {
    for (int i = 1; i <= orders; ++i) {
      start("order-" + std::to_string(i), "Order", input_of(i), tags_of(i));
    }
    for (int i = 1; i <= orders; ++i) {
      wait_for_end("order-" + std::to_string(i));
    }
    start_unusual();
  }

 private:
  static std::vector<std::string> tags_of(int number) {
    return number % 3 == 0 ? std::vector<std::string>{"eu"} : std::vector<std::string>{};
  }
  void start_unusual() {
    start("order-approval", "BigOrder", input_of(500), {"eu", "vip"});
    start("order-broken", "EngravedOrder", input_of(77));
    wait_for_end("order-broken");
    start("reminder-1", "Reminder", "\"\"");
    start("order-paused", "BigOrder", input_of(8));
    start("return-1", "Return", input_of(9));
    start("<img src=x onerror=alert(1)>", "EngravedOrder", "<script>alert(2)</script>");
    start("order-cancelled", "BigOrder", input_of(10));
    client_.cancel_orchestration("order-cancelled", "the customer has changed their mind").value();
    wait_for_end("order-cancelled");
    client_.management().value().pause(PauseScope::of_instance("order-paused")).value();
  }

  Client client_;
};

int run(const std::filesystem::path& directory, int orders) {
  const auto store =
      LmdbProvider::open(directory, LmdbOptions().durability(Durability::none)).value();
  Runtime runtime{store, RuntimeOptions()};
  register_shop(runtime, directory.parent_path() / "broken");
  runtime.start().value();
  Orders of_store(store);
  of_store.start_all(orders);
  std::cout << "ready" << std::endl;
  std::string line;
  for (int i = 0; std::getline(std::cin, line); ++i) {
    of_store.start(line, line.starts_with("many") ? "ManyParcels" : "Order", input_of(i));
    std::cout << "started" << std::endl;
  }
  runtime.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return run(std::filesystem::absolute(arguments.at(0)),
               arguments.size() > 1 ? std::stoi(arguments[1]) : 60);
  } catch (const std::exception& error) {
    std::cerr << "shop: " << error.what() << '\n';
    return 1;
  }
}
