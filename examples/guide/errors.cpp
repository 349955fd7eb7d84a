// Failures, where they came from, and what is left alone after too many of them.
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "guide.hpp"

namespace guide {

namespace {

// [catch]
Task<std::string> pay(OrchestrationContext ctx) {
  std::string problem;
  try {
    co_await ctx.schedule_activity("Charge");
  } catch (const ActivityFailed& failed) {
    problem = failed.details().message;
  }
  if (!problem.empty()) {
    co_await ctx.schedule_activity("Tell", problem);
  }
  co_return problem;
}
// [/catch]

// [as-result]
Task<std::string> pay_somehow(OrchestrationContext ctx) {
  const auto card = co_await ctx.schedule_activity("Charge").as_result();
  if (card) {
    co_return *card;
  }
  co_return "cash, since " + card.error().message;
}
// [/as-result]

Task<std::string> payment(OrchestrationContext ctx) {
  const std::string receipt = co_await ctx.schedule_activity("Charge");
  co_return receipt;
}

// [chain]
Task<std::string> order(OrchestrationContext ctx) {
  const auto options = SubOrchestrationOptions().instance_id("payment-7");
  const auto paid =
      co_await ctx.schedule_sub_orchestration("Payment", std::string(), options).as_result();
  if (paid) {
    co_return *paid;
  }
  co_return paid.error().message + ", from " + paid.error().describe_chain();
}
// [/chain]

// [declined]
struct Declined {
  std::string code;
  int limit = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(code), CEREAL_NVP(limit));
  }
};
inline constexpr ErrorType<Declined> declined{"Declined"};

std::string charge_at_bank(int cents) {
  if (cents > 5000) {
    throw declined("the card is declined", Declined{"over the limit", 5000}).do_not_retry();
  }
  return std::to_string(cents) + " cents";
}

Task<std::string> buy(OrchestrationContext ctx, int cents) {
  const auto options = ActivityOptions().retry(RetryPolicy().max_attempts(5));
  std::string receipt;
  try {
    receipt = co_await ctx.schedule_activity("ChargeAtBank", cents, options);
  } catch (const ActivityFailed& failed) {
    const auto why = declined.in(failed.details());
    if (!why) {
      throw;
    }
    receipt = why->code + " of " + std::to_string(why->limit) + ", after one attempt";
  }
  co_return receipt;
}
// [/declined]

void run_errors() {
  World world([](Runtime& runtime) {
    runtime.register_orchestration("Pay", pay)
        .register_orchestration("PaySomehow", pay_somehow)
        .register_orchestration("Payment", payment)
        .register_orchestration("Order", order)
        .register_orchestration("Buy", buy)
        .register_activity("ChargeAtBank", charge_at_bank)
        .register_activity("Tell", [] {})
        .register_activity("Charge", []() -> Result<std::string, std::string> {
          return failure(std::string("the card is blocked"));
        });
  });
  check("catch", world.run("Pay"), "Completed: the card is blocked");
  check("as-result", world.run("PaySomehow"), "Completed: cash, since the card is blocked");
  check("declined", world.run("Buy", 6000), "Completed: over the limit of 5000, after one attempt");
  check("chain", world.run("Order"),
        "Completed: the card is blocked, from activity Charge of payment-7, "
        "orchestration Payment (payment-7)");
}

Task<std::string> polish(OrchestrationContext ctx) {
  const std::string text = co_await ctx.schedule_activity("Polish");
  co_return text;
}

const char* const store_of_crash = "./guide-store";

void run_quarantine(const std::string& program) {
  std::filesystem::remove_all(store_of_crash);
  check("quarantine", std::system((program + " crash").c_str()) == 0 ? "ended" : "died", "died");

  const Store store = expect(LmdbProvider::open(store_of_crash));
  // [poison-options]
  const auto options = RuntimeOptions().max_attempts(1).on_poison(PoisonPolicy::quarantine);
  // [/poison-options]
  Runtime runtime{store, RuntimeOptions(options).log_sink([](const LogRecord&) {})};
  runtime.register_orchestration("Polish", polish).register_activity("Polish", [] {
    return "whole";
  });
  expect(runtime.start());
  Client client{store};
  const ManagementClient management = expect(client.management());
  while (expect(management.list_quarantined()).empty()) {
    if (expect(client.get_status("glass")).is_terminal()) {
      throw std::runtime_error("quarantine: the activity was run once more");
    }
    std::this_thread::sleep_for(1ms);
  }
  std::string report;
  // [quarantine]
  for (const QuarantinedItem& item : expect(management.list_quarantined())) {
    report += item.instance_id + ", " + item.activity_name + ": " + item.reason + "\n";
    expect(management.release_from_quarantine(item.instance_id));
  }
  // [/quarantine]
  check("quarantine", report.substr(0, 14), "glass, Polish:");
  check("quarantine", expect(client.wait_for_output<std::string>("glass", ample)), "whole");
}

}  // namespace

void crash() {
  const Store store = expect(LmdbProvider::open(store_of_crash));
  Runtime runtime{store};
  runtime.register_orchestration("Polish", polish)
      .register_activity("Polish", [](ActivityContext& context) {
        // By the next commit it is on the disk that this was begun.
        expect(context.client().raise_event(context.instance_id(), "Begun"));
        std::_Exit(1);
      });
  expect(runtime.start());
  Client client{store};
  expect(client.start_orchestration("glass", "Polish"));
  expect(client.wait_for_completion("glass"));
}

void errors() {
  run_errors();
  run_quarantine(std::filesystem::read_symlink("/proc/self/exe").string());
  std::filesystem::remove_all(store_of_crash);
}

}  // namespace guide
