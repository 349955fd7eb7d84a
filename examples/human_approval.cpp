// A human decides, or the time runs out: an event is raced with a durable timer. Both may be months
// away; nothing but a record in the store waits for them.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

struct Decision {
  bool approved = false;
  std::string by;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(approved), CEREAL_NVP(by));
  }
};

inline constexpr ExternalEvent<Decision> decision{"Decision"};
inline constexpr Activity<void(std::string)> ask{"Ask"};
inline constexpr Orchestration<std::string(std::string)> approval{"Approval"};

Task<std::string> decide(OrchestrationContext ctx, std::string expense) {
  co_await ctx.schedule_activity(ask, expense);
  ctx.set_custom_status("waits for a decision");

  auto decided = ctx.wait_for_external_event(decision);
  auto deadline = ctx.schedule_timer(500ms);
  const auto first = co_await when_any(std::move(decided), std::move(deadline));
  if (first.index() == 1) {
    co_return expense + ": turned down, nobody decided in time";
  }
  const Decision& human = std::get<0>(first);
  co_return expense + (human.approved ? ": approved by " : ": turned down by ") + human.by;
}

int main() try {
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration(approval, decide)
      .register_activity(ask, [](const std::string& expense) {
        std::cout << "mail to the manager: may we buy a " + expense + "?\n";
      });
  expect(runtime.start());

  Client client{store};
  expect(client.start_orchestration("yacht", approval, "yacht"));  // nobody answers this one
  expect(client.start_orchestration("lunch", approval, "lunch"));
  const auto asked = expect(client.wait_for_status_change("lunch", 0, 30s));
  std::cout << "lunch: " << asked.custom_status().value_or("no status") << '\n';
  expect(client.raise_event("lunch", decision, Decision{true, "Ada"}));

  for (const char* expense : {"lunch", "yacht"}) {
    std::cout << expect(client.wait_for_output(expense, approval, 30s)) << '\n';
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "human_approval: " << error.what() << '\n';
  return 1;
}
