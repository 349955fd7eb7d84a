// Two ways to change code under instances that are running: a new version beside the old one, or a
// patch inside of it. The runtime is stopped in the middle, and another with new code takes over, as
// a new release of a program does. (With LmdbProvider, another process.)
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

inline constexpr Activity<std::string(std::string)> send_letter{"SendLetter"};
inline constexpr Activity<std::string(std::string)> send_mail{"SendMail"};
inline constexpr Orchestration<std::string(std::string)> subscription{"Subscription"};
inline constexpr Orchestration<std::string(std::string)> reminder{"Reminder"};

// --- by version: the old code stays, and the instances that began with it stay with it ---

Task<std::string> subscription_1(OrchestrationContext ctx, std::string customer) {
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Renew");
  co_return customer + " pays the old price under " + ctx.version();
}

Task<std::string> subscription_2(OrchestrationContext ctx, std::string customer) {
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Renew");
  co_await ctx.schedule_timer(1ms);  // a day of grace
  co_return customer + " pays the new price under " + ctx.version();
}

// --- by patch: one function knows both ways, and asks which one this instance goes ---

Task<std::string> reminder_before(OrchestrationContext ctx, std::string customer) {
  const std::string sent = co_await ctx.schedule_activity(send_letter, customer);
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Paid");
  co_return sent + " and paid";
}

Task<std::string> reminder_after(OrchestrationContext ctx, std::string customer) {
  std::string sent;
  if (ctx.patched("mail-instead-of-letter")) {
    sent = co_await ctx.schedule_activity(send_mail, customer);
  } else {
    sent = co_await ctx.schedule_activity(send_letter, customer);
  }
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Paid");
  co_return sent + " and paid";
}

void register_activities(Runtime& runtime) {
  runtime
      .register_activity(send_letter, [](const std::string& who) { return who + " got a letter"; })
      .register_activity(send_mail, [](const std::string& who) { return who + " got a mail"; });
}

// Starts one instance of each, and waits until both wait.
void begin(Client& client, const std::string& customer) {
  expect(client.start_orchestration(customer + "-1", subscription, customer));
  expect(client.start_orchestration(customer + "-2", reminder, customer));
  for (const char* id : {"-1", "-2"}) {
    expect(client.wait_for_status_change(customer + id, 0, 30s));
  }
}

int main() try {
  Store store = MemoryProvider::create();
  Client client{store};

  Runtime before{store};
  register_activities(before);
  before.register_orchestration(subscription, subscription_1)
      .register_orchestration(reminder, reminder_before);
  expect(before.start());
  begin(client, "Ada");
  before.stop();
  std::cout << "the upgrade\n";

  Runtime after{store};
  register_activities(after);
  after.register_orchestration(subscription, subscription_1)
      .register_versioned(subscription, "2.0.0", subscription_2)
      .register_orchestration(reminder, reminder_after);
  expect(after.start());
  begin(client, "Bob");

  for (const std::string customer : {"Ada", "Bob"}) {
    expect(client.raise_event(customer + "-1", "Renew"));
    expect(client.raise_event(customer + "-2", "Paid"));
    std::cout << expect(client.wait_for_output(customer + "-1", subscription, 30s)) << '\n';
    std::cout << expect(client.wait_for_output(customer + "-2", reminder, 30s)) << '\n';
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "versioned_upgrade: " << error.what() << '\n';
  return 1;
}
